"""From persisted documents to what commands show of them."""

from __future__ import annotations

from autoloop.model import Evaluation, Experiment, Improvement, Record, Session
from autoloop.payloads import (
    BaselineShown,
    BestShown,
    Ended,
    Eval,
    ExperimentEnded,
    ExperimentName,
    FinalConfirmed,
    IncumbentShown,
    MetricShown,
    NumberShown,
    OpenExperiment,
    Recent,
    SampleCounts,
    SampleValues,
    SessionShown,
)


def evaluation(record: Record, experiment: Experiment, found: Evaluation) -> Eval:
    """The answer of ``eval``."""
    baseline, session = record.baseline, record.session
    at_start = session.baseline_metrics if session else {}
    values = {
        arm: tuple(run.value for run in found.runs if run.arm == arm and run.value is not None)
        for arm in ("candidate", "incumbent")
    }
    names = dict.fromkeys((*found.metrics, *found.incumbent_metrics))
    return Eval(
        verdict=found.decision,
        experiment=ExperimentName(experiment.id, experiment.description),
        reasons=found.reasons,
        metric=MetricShown(
            baseline.metric if baseline else "",
            baseline.unit if baseline else "",
            found.value,
            found.incumbent,
            session.baseline_value if session else None,
        ),
        improvement=found.improvement,
        samples=SampleCounts(*(sum(run.arm == arm for run in found.runs) for arm in ("candidate", "incumbent"))),
        guardrails=found.guardrails,
        metrics={
            name: NumberShown(found.metrics.get(name), found.incumbent_metrics.get(name), at_start.get(name))
            for name in names
        },
        paths=found.paths,
        values=SampleValues(values["candidate"], values["incumbent"]),
        caveats=found.caveats,
        attempt=found.attempt,
        seconds=found.seconds,
        log=f".autoloop/runs/{experiment.id:03d}",
    )


def ended(record: Record, experiment: Experiment | None, notes: tuple[str, ...]) -> Ended:
    """The answer of ``keep`` and ``discard``."""
    if experiment is None:
        message = "a closed experiment must be in the store"
        raise RuntimeError(message)
    ref = experiment.refs.get("trash")
    shown = ExperimentEnded(
        experiment.id, experiment.status, experiment.commit, experiment.paths, experiment.description, ref
    )
    return Ended(shown, record.session.name if record.session else None, notes)


def session(found: Session | None) -> SessionShown | None:
    """A session in brief."""
    if found is None:
        return None
    return SessionShown(
        found.id,
        found.name,
        found.status,
        found.goal,
        found.opened,
        found.wins,
        round(found.claimed, 4),
        found.confirmation,
        found.spent.experiments,
    )


def confirmed(found: Session) -> FinalConfirmed | None:
    """The gain as measured again."""
    known = found.confirmation
    return None if known is None else FinalConfirmed(known.percent, known.low, known.high, known.pairs)


def recent(experiment: Experiment) -> Recent:
    """An experiment as a line of a table."""
    found = experiment.evaluation
    reason = experiment.reason or ("; ".join(found.reasons) if found else "")
    return Recent(
        id=experiment.id,
        status=experiment.status,
        description=experiment.description,
        reason=reason.splitlines()[0] if reason else "",
        commit=experiment.commit,
        session=experiment.session,
        value=found.value if found else None,
        improvement=found.improvement if found else Improvement(),
    )


def open_experiment(experiment: Experiment | None) -> OpenExperiment | None:
    """The experiment in hand."""
    if experiment is None:
        return None
    found = experiment.evaluation
    return OpenExperiment(
        experiment.id,
        experiment.description,
        experiment.status,
        found.decision if found else None,
        found.reasons if found else (),
    )


def baseline(record: Record) -> BaselineShown | None:
    """The starting point in brief."""
    found = record.baseline
    if found is None:
        return None
    return BaselineShown(
        found.metric, found.unit, found.direction, found.value, found.relative_noise, found.deterministic
    )


def incumbent(record: Record) -> IncumbentShown | None:
    """What candidates are judged against."""
    found = record.incumbent
    return None if found is None else IncumbentShown(found.experiment, found.value)


def best(record: Record) -> BestShown | None:
    """The best value ever kept."""
    return None if record.best is None else BestShown(record.best.experiment, record.best.value)
