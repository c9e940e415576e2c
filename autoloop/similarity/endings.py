"""How experiments ended, in one word, and why, in one line."""

from __future__ import annotations

from typing import Literal

from autoloop.model import Evaluation, Experiment

Ending = Literal[
    "open", "kept", "guardrail", "harness", "scope", "crash", "worse", "no gain", "undecided", "set aside", "unmeasured"
]

# An idea that ended so was refuted; the other endings say nothing against it.
FAILURES: frozenset[Ending] = frozenset({"guardrail", "harness", "scope", "crash", "worse", "no gain"})
_BY_CODE: tuple[tuple[str, Ending], ...] = (
    ("harness_changed", "harness"),
    ("out_of_scope", "scope"),
    ("guardrail_failed", "guardrail"),
)


def last_evaluation(experiment: Experiment) -> Evaluation | None:
    """The evaluation that counts: the current one, else the last before a measurement that was never finished."""
    return experiment.evaluation or (experiment.earlier[-1] if experiment.earlier else None)


def ending(experiment: Experiment) -> Ending:
    """How the experiment ended; ``set aside`` is a win that was discarded all the same."""
    if experiment.status in {"open", "kept"}:
        return "open" if experiment.status == "open" else "kept"
    evaluation = last_evaluation(experiment)
    if experiment.status == "crashed" or (evaluation is not None and evaluation.decision == "crash"):
        return "crash"
    return "unmeasured" if evaluation is None else _judged(evaluation)


def _judged(evaluation: Evaluation) -> Ending:
    for code, name in _BY_CODE:
        if code in evaluation.failures:
            return name
    if evaluation.decision != "discard":
        return "set aside" if evaluation.decision == "keep" else "undecided"
    gain = evaluation.improvement
    ceiling = gain.percent if gain.high is None else gain.high
    return "worse" if ceiling is not None and ceiling < 0 else "no gain"


def paths_of(experiment: Experiment) -> tuple[str, ...]:
    """The paths the experiment changed, as far as they are known."""
    evaluation = last_evaluation(experiment)
    return experiment.paths or (evaluation.paths if evaluation else ())


def percent(value: float) -> str:
    """A gain for people: ``+12.3 %``."""
    return f"{value:+.1f} %"


def gain_of(experiment: Experiment) -> str:
    """The measured effect with its interval, empty when there is none."""
    evaluation = last_evaluation(experiment)
    if evaluation is None or evaluation.improvement.percent is None:
        return ""
    gain = evaluation.improvement
    if gain.low is None or gain.high is None or gain.low == gain.high:
        return percent(evaluation.improvement.percent)
    return f"{percent(evaluation.improvement.percent)} ({gain.low:+.1f} to {gain.high:+.1f})"


def why(experiment: Experiment) -> str:
    """One line: what was measured, or what stood against it; the user's own reason goes first."""
    evaluation = last_evaluation(experiment)
    if experiment.status == "kept":
        return gain_of(experiment)
    said = evaluation.reasons[0] if evaluation and evaluation.reasons else ""
    parts = (experiment.reason, said or ("" if evaluation else "it was never measured"))
    told = [" ".join(part.split()) for part in parts]
    return "; ".join(part for part in dict.fromkeys(told) if part)
