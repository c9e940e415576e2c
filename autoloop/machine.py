"""Binds the declared workflow to ``transitions``: one pure step from a record, a trigger and facts to a record.

The cursor that ``transitions`` moves is thrown away after each step, so the library never holds state of ours; guards
answer with reasons, and all guards of a transition are asked so that a refusal names everything in the way at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import msgspec
from transitions import Machine as TransitionsMachine
from transitions import MachineError
from transitions.core import Condition, EventData, Transition

from autoloop.guards import GUARDS, Facts
from autoloop.model import Blocked, Record
from autoloop.offers import blockers
from autoloop.updates import UPDATES
from autoloop.workflow import Workflow


class Refusal(msgspec.Struct, frozen=True):
    """The machine did not move, and why."""

    trigger: str
    reasons: tuple[Blocked, ...]


class _Cursor:
    """The throw-away model: where we are, and the record that the updates build."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.record = facts.record
        self.state = facts.record.state


def _cursor(event: EventData) -> _Cursor:
    return cast(_Cursor, event.model)


class _Guard(Condition):
    def check(self, event_data: EventData) -> bool:
        return GUARDS[str(self.func)](_cursor(event_data).facts) is None


class _GuardedTransition(Transition):
    condition_cls = _Guard


class _GuardedMachine(TransitionsMachine):
    transition_cls = _GuardedTransition


def _update(name: str) -> Callable[[EventData], None]:
    def apply(event: EventData) -> None:
        cursor = _cursor(event)
        cursor.record = UPDATES[name](cursor.record, cursor.facts)

    return apply


def build(workflow: Workflow) -> TransitionsMachine:
    """The machine of the table; one per process is enough."""
    machine = _GuardedMachine(
        model=None,
        states=list(workflow.states),
        initial=workflow.initial,
        auto_transitions=False,
        send_event=True,
        queued=False,
    )
    for name, trigger in workflow.triggers.items():
        for outcome in trigger.outcomes:
            machine.add_transition(
                trigger=name,
                source=list(outcome.source),
                dest=outcome.dest,
                conditions=list(outcome.conditions),
                after=[_update(update) for update in outcome.after],
            )
    return machine


def step(workflow: Workflow, machine: TransitionsMachine, trigger: str, facts: Facts) -> Record | Refusal:
    """Take one step from ``facts.record``, which is never changed.

    Returns:
        The record after it, in its new state, or the refusal with every reason.
    """
    cursor = _Cursor(facts)
    try:
        moved = machine.events[trigger].trigger(cursor)
    except MachineError:
        moved = False
    if not moved:
        return Refusal(trigger, blockers(workflow, trigger, facts))
    return msgspec.structs.replace(cursor.record, state=cursor.state)
