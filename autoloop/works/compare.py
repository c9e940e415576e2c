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


def compared(job: Job, sides: Sides, names: tuple[str, str] = ("base", "tip")) -> Confirmation | None:
    """Measure the incumbent's side (the base) against the candidate's (the tip); None when the runs fail."""
    incumbent = job.record.incumbent
    pairs = _DETERMINISTIC_PAIRS if incumbent is not None and incumbent.deterministic else PAIRS
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
            job.notify(Progress(PHASE, f"{names[arm == 'candidate']}: {shown}", done, 2 * pairs))
    return _confirmation(job, values)


def other(arm: Arm) -> Arm:
    """The arm that is not ``arm``."""
    return "candidate" if arm == "incumbent" else "incumbent"


def _confirmation(job: Job, values: dict[Arm, list[float | None]]) -> Confirmation | None:
    direction = "higher" if job.config.eval.direction == "higher_is_better" else "lower"
    try:
        result = verdict.confirm(values["incumbent"], values["candidate"], direction)
    except ValueError:
        return None
    base, tip = (median(v for v in values[arm] if v is not None) for arm in ("incumbent", "candidate"))
    return Confirmation(result.percent, result.low, result.high, result.pairs, base, tip, job.clock())
