"""The updates of the workflow: what a step does to the record. Pure; the machine sets the state itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from autoloop import budget
from autoloop.config import Config
from autoloop.guards import Facts
from autoloop.model import (
    Baseline,
    Best,
    Evaluation,
    Experiment,
    Incumbent,
    Record,
    Request,
    Session,
    Spent,
)
from autoloop.outcomes import Calibrated, Checked, Confirmed, Discarded, Finalized, HoldoutFailed, Kept
from autoloop.paths import slug

Update = Callable[[Record, Facts], Record]
replace = msgspec.structs.replace
T = TypeVar("T")


def _the(kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        message = f"expected {kind.__name__}, got {type(value).__name__}"
        raise TypeError(message)
    return value


def adopt_workspace(record: Record, facts: Facts) -> Record:
    """Name the loop, so that its refs are its own among linked worktrees."""
    return replace(record, loop=facts.loop)


def forget_seal(record: Record, facts: Facts) -> Record:
    """A replaced configuration is unproven."""
    return replace(record, config_seal="", loop=record.loop or facts.loop)


def take_request(record: Record, facts: Facts) -> Record:
    """Remember what was asked, so that the work can be redone after a crash."""
    return replace(record, request=Request(facts.trigger, dict(facts.options)))


def drop_request(record: Record, facts: Facts) -> Record:
    """The work was given up; whatever it was about is pending again."""
    return replace(record, request=None)


def seal_config(record: Record, facts: Facts) -> Record:
    """Doctor has proven exactly the configuration that it ran, which may have been edited meanwhile."""
    checked = _the(Checked, facts.result)
    now = facts.config.digest if isinstance(facts.config, Config) else ""
    return replace(
        record,
        config_seal=checked.config_digest or now,
        request=None,
        durations={**record.durations, **checked.durations},
    )


def break_seal(record: Record, facts: Facts) -> Record:
    """Doctor found something that fails."""
    return replace(record, config_seal="", request=None)


def adopt_baseline(record: Record, facts: Facts) -> Record:
    """The measured starting point becomes the incumbent (or refreshes the incumbent's samples)."""
    calibrated = _the(Calibrated, facts.result)
    baseline = _the(Baseline, calibrated.baseline)
    incumbent = replace(calibrated.incumbent, experiment=record.incumbent.experiment if record.incumbent else None)
    session = record.session
    if session is not None:  # numbers of another machine or eval cannot be compared with these
        session = replace(session, baseline_value=baseline.value, baseline_metrics=baseline.metrics)
    return replace(
        record,
        baseline=baseline,
        incumbent=incumbent,
        session=session,
        request=None,
        best=Best(incumbent.experiment, baseline.value),
        durations={**record.durations, **calibrated.durations},
    )


def forget_baseline(record: Record, facts: Facts) -> Record:
    """The starting point could not be measured."""
    return replace(record, request=None)


def open_session(record: Record, facts: Facts) -> Record:
    """Open a session with the limits that were asked for, else those of the configuration."""
    baseline = _the(Baseline, record.baseline)
    opening = facts.opening
    number = record.counts.sessions + 1
    limits = opening.limits
    session = Session(
        id=number,
        name=opening.name or f"session-{number}",
        opened=facts.now,
        base_commit=opening.commit or "",
        base_tree=record.incumbent.tree if record.incumbent else "",
        limits=limits,
        goal=opening.goal,
        branch=opening.branch,
        spent=Spent(tokens=opening.tokens_known, usd=opening.usd_known),
        first_experiment=record.counts.total + 1,
        baseline_value=record.incumbent.value if record.incumbent else baseline.value,
        baseline_metrics=(record.incumbent.metrics if record.incumbent else {}) or baseline.metrics,
    )
    counts = replace(record.counts, sessions=number)
    return replace(record, session=session, counts=counts, streak=0, last_session=number)


def end_session(record: Record, facts: Facts) -> Record:
    """Close the session; the store keeps its document."""
    return replace(record, session=None)


def open_experiment(record: Record, facts: Facts) -> Record:
    """Open experiment N, and a session with it when none is open."""
    opening = facts.opening
    if record.session is None:
        record = open_session(record, facts)
    session = _the(Session, record.session)
    incumbent = _the(Incumbent, record.incumbent)
    number = record.counts.total + 1
    experiment = Experiment(
        id=number,
        slug=slug(opening.description),
        session=session.id,
        description=opening.description,
        opened=facts.now,
        before=opening.before,
        remembered=opening.remembered,
        base_commit=opening.commit,
        incumbent=incumbent.experiment,
        refs=opening.refs,
    )
    return replace(
        record,
        experiment=experiment,
        session=replace(session, spent=budget.opened(session.spent)),
        counts=replace(record.counts, total=number),
    )


def begin_measurement(record: Record, facts: Facts) -> Record:
    """Note what is about to be measured: from here on a crash resumes this measurement."""
    experiment = _the(Experiment, record.experiment)
    measurement = facts.measurement
    earlier = experiment.earlier + ((experiment.evaluation,) if experiment.evaluation else ())
    if description := facts.options.get("description"):
        experiment = replace(experiment, description=str(description), slug=slug(str(description)))
    experiment = replace(experiment, measurement=measurement, evaluation=None, earlier=earlier)
    return replace(record, experiment=experiment, request=Request(facts.trigger))


def record_evaluation(record: Record, facts: Facts) -> Record:
    """The verdict, and what measuring it cost."""
    evaluation = _the(Evaluation, facts.result)
    experiment = _the(Experiment, record.experiment)
    session = _the(Session, record.session)
    crashed = evaluation.decision == "crash"
    experiment = replace(
        experiment,
        measurement=None,
        evaluation=evaluation,
        paths=evaluation.paths,
        crashes=experiment.crashes + crashed,
    )
    spent = replace(session.spent, eval_time=session.spent.eval_time + evaluation.seconds)
    return replace(record, experiment=experiment, session=replace(session, spent=spent), request=None)


def drop_measurement(record: Record, facts: Facts) -> Record:
    """The measurement was stopped; the experiment stays open."""
    experiment = _the(Experiment, record.experiment)
    return replace(record, experiment=replace(experiment, measurement=None), request=None)


def close_kept(record: Record, facts: Facts) -> Record:
    """The candidate becomes the incumbent."""
    kept = _the(Kept, facts.result)
    experiment = _the(Experiment, record.experiment)
    evaluation = _the(Evaluation, experiment.evaluation)
    session = _the(Session, record.session)
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
    gain = (evaluation.improvement.expected or 0.0) / 100
    session = replace(
        session,
        spent=budget.closed(session.spent, kept=True, crashed=False),
        wins=(*session.wins, experiment.id),
        claimed=100 * _compounded(session.claimed / 100, gain, shrinks=_shrinks(record)),
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
    )


def record_holdout_failure(record: Record, facts: Facts) -> Record:
    """The hidden check turned a keep into a discard."""
    failed = _the(HoldoutFailed, facts.result)
    experiment = _the(Experiment, record.experiment)
    evaluation = _the(Evaluation, experiment.evaluation)
    evaluation = replace(
        evaluation,
        decision="discard",
        reasons=(failed.why, *evaluation.reasons),
        failures=(*evaluation.failures, "holdout_failed"),
    )
    return replace(record, experiment=replace(experiment, evaluation=evaluation), request=None)


def _shrinks(record: Record) -> bool:
    return record.baseline is None or record.baseline.direction == "lower_is_better"


def _compounded(sofar: float, gain: float, *, shrinks: bool) -> float:
    return 1 - (1 - sofar) * (1 - gain) if shrinks else (1 + sofar) * (1 + gain) - 1


def _better(record: Record, new: Best) -> Best:
    old = record.best
    if old is None:
        return new
    lower = _shrinks(record)
    return new if (new.value < old.value) == lower and new.value != old.value else old


def close_discarded(record: Record, facts: Facts) -> Record:
    """The incumbent stays; what its re-measured runs taught is kept."""
    discarded = _the(Discarded, facts.result)
    experiment = _the(Experiment, record.experiment)
    session = _the(Session, record.session)
    incumbent = _the(Incumbent, record.incumbent)
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
    )


def record_confirmation(record: Record, facts: Facts) -> Record:
    """The gain as measured again, on the request: the session document takes it when it is closed."""
    request = _the(Request, record.request)
    options = {**request.options, "confirmed": msgspec.to_builtins(_the(Confirmed, facts.result))}
    return replace(record, request=replace(request, options=options))


def close_session(record: Record, facts: Facts) -> Record:
    """The finalized session is closed, when it was the open one."""
    finalized = _the(Finalized, facts.result)
    closes = record.session is not None and record.session.id in {session.id for session in finalized.sessions}
    return replace(record, session=None if closes else record.session, request=None)


UPDATES: dict[str, Update] = {
    update.__name__: update
    for update in (
        adopt_workspace,
        forget_seal,
        take_request,
        drop_request,
        seal_config,
        break_seal,
        adopt_baseline,
        forget_baseline,
        open_session,
        end_session,
        open_experiment,
        begin_measurement,
        record_evaluation,
        drop_measurement,
        close_kept,
        record_holdout_failure,
        close_discarded,
        record_confirmation,
        close_session,
    )
}
