"""How a guardrail is judged: by an exit code, or by a number with a tolerance against two references."""

from __future__ import annotations

from autoloop.config import Guardrail
from autoloop.model import GuardrailResult
from autoloop.units import format_value


def judge_exit(name: str, outcome: str, exit_code: int | None, seconds: float, why: str = "") -> GuardrailResult:
    """A command passes with exit code 0 and not otherwise; ``why`` is what it said when it failed."""
    passed = outcome == "ok"
    said = "" if passed else why or (f"exit code {exit_code}" if outcome == "failed" else outcome)
    return GuardrailResult(name, passed, threshold="exit code 0", why=said, seconds=seconds)


def judge_number(
    name: str, rail: Guardrail, value: float | None, incumbent: float | None, baseline: float | None
) -> GuardrailResult:
    """A number passes when it is within the tolerance of the incumbent's *and* of the session baseline's.

    The second reference keeps small allowed losses from adding up over many experiments. A reference that is not known
    is not asked; without any the guardrail cannot be judged.
    """
    references = [("incumbent", incumbent), ("baseline", baseline)]
    limits = [(which, ref, _limit(rail, ref)) for which, ref in references if ref is not None]
    if value is None:
        return GuardrailResult(name, passed=False, why=f"{rail.metric} was not among the numbers of the run")
    if not limits:
        return GuardrailResult(name, passed=None, value=value, why="there is nothing to compare with yet")
    which, reference, limit = _strictest(rail, limits)
    sign = "<=" if _lower(rail) else ">="
    threshold = f"{sign} {format_value(limit, rail.unit)} ({_margin(rail)}the {which}'s)"
    passed = value <= limit if _lower(rail) else value >= limit
    told = f"{format_value(value, rail.unit)} against {format_value(reference, rail.unit)} of the {which}"
    return GuardrailResult(name, passed, value, threshold, "" if passed else told)


def _lower(rail: Guardrail) -> bool:
    return rail.direction == "lower_is_better"


def _margin(rail: Guardrail) -> str:
    """``5 % above ``, where there is one."""
    side = "above" if _lower(rail) else "below"
    return f"{100 * rail.threshold:.3g} % {side} " if rail.threshold else ""


def _limit(rail: Guardrail, reference: float) -> float:
    slack = abs(reference) * rail.threshold
    return reference + slack if _lower(rail) else reference - slack


def _strictest(rail: Guardrail, limits: list[tuple[str, float, float]]) -> tuple[str, float, float]:
    return min(limits, key=lambda entry: entry[2]) if _lower(rail) else max(limits, key=lambda entry: entry[2])
