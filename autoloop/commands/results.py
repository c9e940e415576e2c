"""From a finished evaluation or experiment to the answers of ``eval``, ``keep`` and ``discard``."""

from __future__ import annotations

from autoloop.errors import EXIT_COMMAND, EXIT_REFUSED
from autoloop.model import Evaluation, Experiment, Record
from autoloop.payloads import (
    Doctor,
    Ended,
    Eval,
    ExperimentEnded,
    ExperimentName,
    MetricShown,
    NumberShown,
    SampleCounts,
    SampleValues,
)

_BY_VERDICT = {"keep": 0, "discard": 10, "rerun": 20, "crash": EXIT_COMMAND}
_MOST_REASONS = 8
_LONGEST_REASON = 500


def exit_code(payload: object, *, by_verdict: bool = False) -> int:
    """The exit code that goes with an answer: for scripts by verdict, else only what failed is told apart."""
    if isinstance(payload, Doctor):
        return 0 if payload.healthy else EXIT_REFUSED
    if isinstance(payload, Eval) and (by_verdict or payload.verdict == "crash"):
        return _BY_VERDICT[payload.verdict]
    return 0


def shortened(text: str, longest: int = _LONGEST_REASON) -> str:
    """A text that leaves room for the rest of an answer; the whole is in the record."""
    return text if len(text) <= longest else f"{text[:longest]} …"


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
        experiment=ExperimentName(experiment.id, shortened(experiment.description)),
        reasons=tuple(shortened(reason) for reason in found.reasons[:_MOST_REASONS]),
        metric=MetricShown(
            baseline.metric if baseline else "",
            baseline.unit if baseline else "",
            found.value,
            found.incumbent,
            session.baseline_value if session else None,
            next((run.format for run in reversed(found.runs) if run.format), ""),
        ),
        improvement=found.improvement,
        samples=SampleCounts(*(sum(run.arm == arm for run in found.runs) for arm in ("candidate", "incumbent"))),
        guardrails=tuple(sorted(found.guardrails, key=lambda rail: rail.passed is not False)),
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
        experiment.id,
        experiment.status,
        experiment.commit,
        experiment.paths,
        experiment.description,
        ref,
        waits=experiment.id in {one.experiment for one in record.waiting},
    )
    return Ended(shown, record.session.name if record.session else None, notes)
