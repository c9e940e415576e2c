"""Guards about the session: what is open, what its budget still allows, what it has won."""

from __future__ import annotations

import msgspec

from autoloop import budget
from autoloop.guards.facts import Facts, way_on
from autoloop.model import Blocked, Session


def no_session_open(facts: Facts) -> Blocked | None:
    """No session is open."""
    session = facts.record.session
    if session is None:
        return None
    return Blocked("session_open", f"session {session.name!r} is open", "autoloop session end, or: autoloop finalize")


def session_open(facts: Facts) -> Blocked | None:
    """A session is open."""
    if facts.record.session is not None:
        return None
    return Blocked("no_session", "no session is open", "autoloop session start --name NAME")


def usage_new(facts: Facts) -> Blocked | None:
    """What is to be counted was not counted before."""
    session = facts.record.session
    if session is None or facts.options.get("digest") not in session.ingested:
        return None
    why = f"this very output was counted for session {session.name!r} before, and nothing counts twice"
    return Blocked("usage_counted", why, "autoloop status")


def no_experiment_open(facts: Facts) -> Blocked | None:
    """No experiment is open."""
    experiment = facts.record.experiment
    if experiment is None:
        return None
    return Blocked(
        "experiment_open",
        f"experiment {experiment.id} ({experiment.description!r}) is open",
        way_on(experiment),
    )


def experiment_open(facts: Facts) -> Blocked | None:
    """An experiment is open."""
    if facts.record.experiment is not None:
        return None
    return Blocked("no_experiment", "no experiment is open", "autoloop pre --description TEXT")


def _reached(facts: Facts, session: Session | None, value: float | None) -> Blocked | None:
    baseline = facts.record.baseline
    direction = baseline.direction if baseline else "lower_is_better"
    found = next(iter(budget.reached(session, facts.now, value, direction)), None)
    experiment = facts.record.experiment
    if found is None or experiment is None:
        return found
    return msgspec.structs.replace(found, fix=way_on(experiment))


def budget_left(facts: Facts) -> Blocked | None:
    """Another experiment may begin."""
    incumbent = facts.record.incumbent
    return _reached(facts, facts.record.session, incumbent.value if incumbent else None)


def budget_for_more(facts: Facts) -> Blocked | None:
    """Another measurement of the open experiment may begin."""
    found = next(iter(budget.time_reached(facts.record.session, facts.now)), None)
    return None if found is None else msgspec.structs.replace(found, fix="autoloop discard --revert")


def _left_after(facts: Facts, *, kept: bool) -> Blocked | None:
    record = facts.record
    session, experiment, incumbent = record.session, record.experiment, record.incumbent
    if session is None or experiment is None:
        return None
    evaluation = experiment.evaluation
    crashed = evaluation is not None and evaluation.decision == "crash"
    spent = budget.closed(session.spent, kept=kept, crashed=crashed)
    value = evaluation.value if kept and evaluation else incumbent.value if incumbent else None
    return _reached(facts, msgspec.structs.replace(session, spent=spent), value)


def budget_left_after_keep(facts: Facts) -> Blocked | None:
    """No limit is reached with this experiment kept."""
    return _left_after(facts, kept=True)


def budget_left_after_discard(facts: Facts) -> Blocked | None:
    """No limit is reached with this experiment discarded."""
    return _left_after(facts, kept=False)


def wins_exist(facts: Facts) -> Blocked | None:
    """There is something to put on a branch."""
    if facts.record.counts.kept:
        return None
    spent = budget_left(facts)
    return Blocked(
        "no_wins", "no experiment has been kept yet", spent.fix if spent else "autoloop pre --description TEXT"
    )


def confirmation_wanted(facts: Facts) -> Blocked | None:
    """The gain is to be measured again."""
    if facts.options.get("confirm", True):
        return None
    return Blocked("confirmation_declined", "--no-confirm was given", "autoloop finalize")
