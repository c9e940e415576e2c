"""A comparison of fixed length between two sides, in interleaved pairs of random order."""

from __future__ import annotations

import random
from statistics import median

from autoloop import verdict
from autoloop.job import Job
from autoloop.model import Confirmation
from autoloop.outcomes import Arm
from autoloop.progress import Progress
from autoloop.works.sides import Sides

PAIRS = 10
_DETERMINISTIC_PAIRS = 2
PHASE = "confirming"


def compared(
    job: Job,
    sides: Sides,
    names: tuple[str, str] = ("base", "tip"),
    *,
    pairs: int | None = None,
    phase: str = PHASE,
) -> Confirmation | None:
    """Measure the incumbent's side (the base) against the candidate's (the tip); None when the runs fail."""
    incumbent = job.record.incumbent
    if pairs is None:
        pairs = _DETERMINISTIC_PAIRS if incumbent is not None and incumbent.deterministic else PAIRS
    job.expect(2 * pairs, guardrails=False)
    order = random.SystemRandom()
    values: dict[Arm, list[float | None]] = {"incumbent": [], "candidate": []}
    first: Arm = "incumbent"
    for pair in range(pairs):
        first = order.choice(("incumbent", "candidate")) if pair % 2 == 0 else other(first)
        for arm in (first, other(first)):
            run = sides.show(arm).take(arm)
            values[arm].append(run.value)
            shown = f"{run.value:g}" if run.value is not None else run.why.splitlines()[0]
            done = sum(map(len, values.values()))
            text = f"{names[arm == 'candidate']}: {shown}"
            effect, low, high = _so_far(job, values)
            job.show(Progress(phase, text, done, 2 * pairs, effect, low, high, arm=arm, value=run.value))
    return _confirmation(job, values)


def other(arm: Arm) -> Arm:
    """The arm that is not ``arm``."""
    return "candidate" if arm == "incumbent" else "incumbent"


def _so_far(job: Job, values: dict[Arm, list[float | None]]) -> tuple[float | None, float | None, float | None]:
    """The effect and its interval from the pairs there are; unknown before the second."""
    whole = min(map(len, values.values()))
    found = _confirmation(job, {arm: taken[:whole] for arm, taken in values.items()}) if whole > 1 else None
    return (found.percent, found.low, found.high) if found else (None, None, None)


def _confirmation(job: Job, values: dict[Arm, list[float | None]]) -> Confirmation | None:
    direction = "higher" if job.config.eval.direction == "higher_is_better" else "lower"
    try:
        result = verdict.confirm(values["incumbent"], values["candidate"], direction)
    except ValueError:
        return None
    base, tip = (median(v for v in values[arm] if v is not None) for arm in ("incumbent", "candidate"))
    return Confirmation(result.percent, result.low, result.high, result.pairs, base, tip, job.clock())
