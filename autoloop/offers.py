"""What may be done now, and what is in the way of the rest: the table asked without moving the machine."""

from __future__ import annotations

from autoloop.guards import GUARDS, Facts
from autoloop.model import Blocked, Offer
from autoloop.progress import Live
from autoloop.workflow import Workflow


def taken(workflow: Workflow, trigger: str, facts: Facts) -> str | None:
    """The state that ``trigger`` would lead to, or None when it is refused."""
    for outcome in workflow.triggers[trigger].from_state(facts.record.state):
        if all(GUARDS[condition](facts) is None for condition in outcome.conditions):
            return outcome.dest
    return None


def blockers(workflow: Workflow, trigger: str, facts: Facts) -> tuple[Blocked, ...]:
    """Every reason against ``trigger``; empty when it is allowed.

    Where several outcomes start from the state, the reasons are those of the one with the fewest. In a state that
    the trigger does not start from, its ``explain`` conditions are asked; the state itself is the last resort.
    """
    if taken(workflow, trigger, facts) is not None:
        return ()
    here = workflow.triggers[trigger]
    candidates = [_against(outcome.conditions, facts) for outcome in here.from_state(facts.record.state)]
    if candidates:
        return min(candidates, key=len)
    explained = () if workflow.working(facts.record.state) else _against(here.explain, facts)
    return explained or (_wrong_state(workflow, facts),)


def _against(conditions: tuple[str, ...], facts: Facts) -> tuple[Blocked, ...]:
    found = (GUARDS[condition](facts) for condition in conditions)
    return tuple({reason.code: reason for reason in found if reason is not None}.values())


def _wrong_state(workflow: Workflow, facts: Facts) -> Blocked:
    state = facts.record.state
    described = workflow.states[state].describe
    if workflow.working(state):
        return Blocked("interrupted_work", f"other work is not finished ({state}: {described})", "autoloop resume")
    first = next(iter(offered(workflow, facts)), None)
    fix = " ".join(first.argv) if first else "autoloop next"
    return Blocked("wrong_state", f"it makes no sense in the state {state}: {described}", fix)


def offered(workflow: Workflow, facts: Facts) -> tuple[Offer, ...]:
    """The actions that are allowed now, most likely next step first."""
    state = facts.record.state
    if workflow.working(state):
        return (Offer("resume", ("autoloop", "resume"), "Finish what was interrupted."),)
    names = [name for name in workflow.offers(state) if taken(workflow, name, facts) is not None]
    return tuple(offer(workflow, name) for name in names)


def at_work(live: Live) -> Blocked:
    """The reason against everything while another process is at work."""
    return Blocked("still_running", f"{live.command} is still running (process {live.pid})", "autoloop wait", exit=8)


def offer(workflow: Workflow, name: str) -> Offer:
    """The offer of one agent trigger."""
    trigger = workflow.triggers[name]
    return Offer(name, trigger.argv, trigger.describe)
