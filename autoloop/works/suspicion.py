"""Gains that look like no measurement.

An implausibly large one is measured again in a clean checkout before it may be kept: a cached answer or a leftover of
an earlier run looks like a huge gain, but in a fresh worktree there is nothing left over, and the run is a fresh
process; a real gain shows there as well. Nor is it a gain when the incumbent had such a run too: a metric that jumps
between levels by itself agrees with any change for some pairs. And a time that is the same to the last digit in every
run, where the incumbent's never was, is printed and not measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from statistics import median

import msgspec

from autoloop import verdict
from autoloop.errors import CommandError, GitError
from autoloop.job import Job
from autoloop.model import Run
from autoloop.sampler import Sampler
from autoloop.works.sides import built
from autoloop.works.worktree import checked_out

CONSTANT = (
    "every run of the candidate gave the very same time, to the last digit, and no two of the incumbent's did: "
    "such a number is printed, not measured"
)
JUMPS = "the incumbent, too, had a run about as good as the candidate's median: the metric jumps by itself"
_NEAR = 0.9  # of the gain
_RUNS = 2
_LEAST_EQUAL, _LEAST_DISTINCT = 2, 4
_STEPS = 4  # that far apart, two honest runs agree in fewer than one case of ten
_MAD_TO_SIGMA = 1.4826


class Recheck(msgspec.Struct, frozen=True):
    """What the clean checkout said: ``holds`` is None when it could not be measured there."""

    holds: bool | None
    why: str
    runs: tuple[Run, ...] = ()


def suspicious(decided: verdict.Verdict, share: float, *, higher: bool) -> bool:
    """Whether a keep claims to save ``share`` of the metric; or, where higher is better, a gain by the same factor."""
    gain = decided.estimate
    if decided.decision != verdict.KEEP or gain is None:
        return False
    return gain >= (share / (1 - share) if higher else share)


def constant(candidate: Sequence[float], incumbent: Sequence[float]) -> bool:
    """Whether every run of the candidate gave the very same number, and no two of the incumbent's did.

    Numbers so coarse that honest runs would agree in them say nothing: 0.01 ms, printed with two digits, is one.
    """
    distinct = len(set(incumbent))
    if len(candidate) < _LEAST_EQUAL or len(set(candidate)) > 1 or not _LEAST_DISTINCT <= distinct == len(incumbent):
        return False
    return _spread(incumbent) * abs(candidate[0]) >= _STEPS * _step((candidate[0], *incumbent))


def _spread(values: Sequence[float]) -> float:
    """The standard deviation as a share of the median, estimated by the median absolute deviation."""
    middle = median(values)
    return _MAD_TO_SIGMA * median(abs(value - middle) for value in values) / abs(middle) if middle else 0.0


def _step(values: Sequence[float]) -> float:
    """The smallest difference that these numbers, as they are written, can show."""
    return min(10.0 ** int(Decimal(repr(value)).normalize().as_tuple().exponent) for value in values)


def reached(candidate: Sequence[float], incumbent: Sequence[float], *, higher: bool) -> bool:
    """Whether some run of the incumbent came near the candidate's median: then the gain is a level that both have."""
    sign = 1 if higher else -1
    usual, claimed, best = sign * median(incumbent), sign * median(candidate), max(sign * value for value in incumbent)
    return best >= usual + _NEAR * (claimed - usual)


def recheck(job: Job, tree: str, like: Sampler, incumbent: float, decided: verdict.Verdict) -> Recheck:
    """Measure ``tree`` in a clean checkout; half of the gain must show there."""
    path = job.workspace.layout.scratch / "recheck"
    gain = decided.estimate or 0.0
    job.tell("evaluating", f"a gain of {gain:.0%} is implausibly large: measuring again in a clean checkout")
    try:
        sampler = checked_out(job, tree, "recheck", like)
        built(sampler, "candidate")
        runs = tuple(sampler.take("candidate") for _ in range(_RUNS))
    except (CommandError, GitError) as error:
        return Recheck(None, f"a clean checkout could not be measured: {error.what}")
    finally:
        job.repository.remove_worktree(path)
    values = [run.value for run in runs if run.value is not None]
    if not values:
        return Recheck(None, f"a clean checkout gave no number: {runs[0].why.splitlines()[0]}", runs)
    best = min(values, key=lambda value: abs(value - incumbent))
    change = (best - incumbent) / _unit(job, incumbent)
    seen = change if job.config.eval.direction == "higher_is_better" else -change
    holds = seen >= gain / 2
    shown = f"in a clean checkout the gain is {seen:.0%} (claimed: {gain:.0%})"
    return Recheck(holds, shown, runs)


def _unit(job: Job, incumbent: float) -> float:
    """What a gain is relative to; where the incumbent is at zero, what the verdict's linear scale takes for one."""
    stored = job.record.incumbent.samples if job.record.incumbent else ()
    return abs(incumbent) or max(map(abs, stored), default=0.0) or 1.0
