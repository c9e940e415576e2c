"""How experiments end: what a keep, a discard, a landing and an undo do to the record. Pure."""

from __future__ import annotations

from typing import Literal, TypeVar

import msgspec

from autoloop import budget
from autoloop.guards import Facts
from autoloop.model import Best, Ending, Evaluation, Experiment, Incumbent, Record, Session, Waiting
from autoloop.outcomes import Discarded, HoldoutFailed, Kept, Landed, Undone
from autoloop.stats import compounded, relative_gain

replace = msgspec.structs.replace
T = TypeVar("T")


def the(kind: type[T], value: object) -> T:
    """The value, which must be of that kind: anything else is a mistake in this program."""
    if not isinstance(value, kind):
        message = f"expected {kind.__name__}, got {type(value).__name__}"
        raise TypeError(message)
    return value


def close_kept(record: Record, facts: Facts) -> Record:
    """The candidate becomes the incumbent."""
    kept = the(Kept, facts.result)
    experiment = the(Experiment, record.experiment)
    evaluation = the(Evaluation, experiment.evaluation)
    session = the(Session, record.session)
    value = evaluation.value if evaluation.value is not None else 0.0
    learned = evaluation.learned
    incumbent = Incumbent(
        value=value,
        samples=learned.if_kept or (value,),
        tree=kept.tree,
        experiment=experiment.id,
        noise=learned.noise,
        deterministic=learned.deterministic,
        metrics=evaluation.metrics,
        remembered=kept.remembered,
    )
    session = replace(
        session,
        spent=budget.closed(session.spent, kept=True, crashed=False),
        wins=(*session.wins, experiment.id),
        claimed=_claimed(session, evaluation, lower=_shrinks(record)),
    )
    return replace(
        record,
        experiment=None,
        session=session,
        incumbent=incumbent,
        request=None,
        best=_better(record, Best(experiment.id, value)),
        counts=replace(record.counts, kept=record.counts.kept + 1),
        streak=max(record.streak, 0) + 1,
        ending=_ending(record, "keep", None if kept.waits else kept.commit),
        waiting=(*record.waiting, Waiting(experiment.id, kept.commit, kept.ref or "HEAD"))
        if kept.waits
        else record.waiting,
    )


def record_holdout_failure(record: Record, facts: Facts) -> Record:
    """The hidden check turned a keep into a discard."""
    failed = the(HoldoutFailed, facts.result)
    experiment = the(Experiment, record.experiment)
    evaluation = the(Evaluation, experiment.evaluation)
    evaluation = replace(
        evaluation,
        decision="discard",
        reasons=(failed.why, *evaluation.reasons),
        failures=(*evaluation.failures, "holdout_failed"),
    )
    return replace(record, experiment=replace(experiment, evaluation=evaluation), request=None)


def _claimed(session: Session, evaluation: Evaluation, *, lower: bool) -> float:
    """The session's gain with this one: compounded, or where values are not positive the way since its beginning."""
    base, before, after = session.baseline_value, evaluation.incumbent, evaluation.value
    if base is not None and before is not None and after is not None and min(base, before, after) <= 0:
        return relative_gain(base, after, base, lower=lower)
    return compounded((session.claimed, evaluation.improvement.expected or 0.0), lower=lower)


def _shrinks(record: Record) -> bool:
    return record.baseline is None or record.baseline.direction == "lower_is_better"


def _better(record: Record, new: Best) -> Best:
    old = record.best
    if old is None:
        return new
    lower = _shrinks(record)
    return new if (new.value < old.value) == lower and new.value != old.value else old


def close_discarded(record: Record, facts: Facts) -> Record:
    """The incumbent stays; what its re-measured runs taught is kept."""
    discarded = the(Discarded, facts.result)
    experiment = the(Experiment, record.experiment)
    session = the(Session, record.session)
    incumbent = the(Incumbent, record.incumbent)
    evaluation = experiment.evaluation
    crashed = evaluation is not None and evaluation.decision == "crash"
    learned = evaluation.learned if evaluation else None
    if learned is not None and learned.if_discarded:
        incumbent = replace(
            incumbent, samples=learned.if_discarded, noise=learned.noise, deterministic=learned.deterministic
        )
    counts = record.counts
    counts = replace(counts, crashed=counts.crashed + 1) if crashed else replace(counts, discarded=counts.discarded + 1)
    return replace(
        record,
        experiment=None,
        session=replace(session, spent=budget.closed(session.spent, kept=False, crashed=crashed)),
        incumbent=replace(incumbent, tree=discarded.tree, remembered=discarded.remembered),
        request=None,
        counts=counts,
        streak=min(record.streak, 0) - 1,
        ending=_ending(record, "discard"),
    )


def _ending(record: Record, kind: Literal["keep", "discard"], commit: str | None = None) -> Ending:
    """What ``reopen`` needs to put back."""
    return Ending(
        the(Experiment, record.experiment).id,
        kind,
        record.counts,
        record.streak,
        session=record.session,
        incumbent=record.incumbent,
        best=record.best,
        waiting=record.waiting,
        commit=commit,
    )


def reopen(record: Record, facts: Facts) -> Record:
    """The last keep or discard never was; only the journal knows of it."""
    ending = the(Ending, record.ending)
    return replace(
        record,
        experiment=the(Undone, facts.result).experiment,
        session=ending.session,
        incumbent=ending.incumbent,
        counts=ending.counts,
        best=ending.best,
        streak=ending.streak,
        waiting=ending.waiting,
        ending=None,
        request=None,
    )


def close_landed(record: Record, facts: Facts) -> Record:
    """No win waits any more; the work tree at rest belongs to another commit now."""
    landed = the(Landed, facts.result)
    incumbent = the(Incumbent, record.incumbent)
    if landed.remembered:
        incumbent = replace(incumbent, remembered=landed.remembered)
    return replace(record, incumbent=incumbent, waiting=(), ending=None, request=None)
