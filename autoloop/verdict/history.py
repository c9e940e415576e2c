"""Stored samples of the incumbent as further evidence, weighted by how well they agree with its present runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from autoloop.stats import HUGE, huber_location

LEAST_STORED = 3
"""Fewer stored samples do not show their own spread and are not used."""


@dataclass(frozen=True)
class Comparison:
    """Gain of the candidate, its standard error, and the one to expect when the budget is spent."""

    gain: float
    se: float
    se_last: float


@dataclass(frozen=True)
class Level:
    """An estimate of the incumbent's level and its variance."""

    centre: float
    var: float


def paired_only(gain: float, var: float, n: int, max_pairs: int) -> Comparison:
    """The comparison that ``n`` pairs with the variance ``var`` give on their own."""
    return Comparison(gain, sqrt(var / n), sqrt(var / max_pairs))


def with_history(
    paired: Comparison, var: float, base: Sequence[float], stored: Sequence[float], clip_at: float
) -> Comparison:
    """Let the stored samples correct the level of the present baseline runs.

    Both levels are averaged with the inverses of their variances (the best linear combination). What the two disagree
    by beyond their own errors is added to the variance of the stored one, as DerSimonian & Laird (1986) do between
    studies. So a machine that has changed takes the weight away by itself, and the correction can never exceed half a
    standard error of the present level, however wrong the stored samples are.

    Args:
        paired: what the pairs say on their own.
        var: variance of a pair.
        base: the baseline runs of the pairs, on the scale.
        stored: stored samples of the incumbent, on the scale.
        clip_at: clip of the robust location, in standard deviations.
    """
    if len(stored) < LEAST_STORED:
        return paired
    present = Level(huber_location(base, clip_at).centre if len(base) > LEAST_STORED else _mean(base), _run(var, base))
    past = _stored_level(stored, var, present, clip_at)
    weight = present.var / (present.var + past.var)
    run_last = paired.se_last**2 / 2
    return Comparison(
        paired.gain + weight * (past.centre - present.centre),
        sqrt(present.var + present.var * (1 - weight)),
        sqrt(run_last + run_last * past.var / (run_last + past.var)),
    )


def _stored_level(stored: Sequence[float], var: float, present: Level, clip_at: float) -> Level:
    location = huber_location(stored, clip_at)
    own = max(var / 2, min(location.ss / location.df, HUGE)) / len(stored)
    gap = min(abs(location.centre - present.centre), HUGE)
    return Level(location.centre, own + max(0.0, gap * gap - own - present.var))


def _mean(x: Sequence[float]) -> float:
    return sum(x) / len(x)


def _run(var: float, base: Sequence[float]) -> float:
    return var / 2 / len(base)
