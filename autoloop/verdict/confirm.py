"""The honest figure at the end: a fresh comparison of fixed length, so that nothing was stopped when it looked good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import comb, isfinite, sqrt

from autoloop.stats import mean, median, normal_quantile, sum_of_squares, t_quantile
from autoloop.verdict.scale import choose_scale
from autoloop.verdict.terms import Config

CONFIDENCE = 0.9
"""Of the interval, as in a verdict."""

LEAST_RANKED = 5
"""Fewer pairs have no distribution-free interval of this confidence."""


@dataclass(frozen=True)
class Confirmation:
    """Gain of the tip over the base in per cent, positive is better.

    Attributes:
        percent: point estimate.
        low: lower end of the 90 % interval; None when there is only one pair.
        high: upper end of it.
        pairs: complete pairs it rests on.
    """

    percent: float
    low: float | None
    high: float | None
    pairs: int


def confirm(
    base_samples: Sequence[float | None], tip_samples: Sequence[float | None], direction: str = "lower"
) -> Confirmation:
    """Compare two arms that were measured in turn, pair by pair, in random or counterbalanced order.

    From five pairs on the Hodges-Lehmann estimate with the signed-rank interval: exact whenever the differences are
    symmetric, which measuring both arms alike makes them, whatever bursts there are (Wilcoxon 1945, Hodges & Lehmann
    1963). Below, the paired t interval.

    Args:
        base_samples: runs of the original, in the order they were taken; None and nan mark failed runs.
        tip_samples: runs of the result, likewise; a pair with a failed run is left out.
        direction: ``lower`` or ``higher`` is better.

    Raises:
        ValueError: there is no complete pair.
    """
    pairs = [
        (float(a), float(b))
        for a, b in zip(base_samples, tip_samples, strict=False)
        if a is not None and b is not None and isfinite(a) and isfinite(b)
    ]
    if not pairs:
        raise ValueError("at least one complete pair is needed")
    positive = min(min(pair) for pair in pairs) > 0
    scale = choose_scale(Config(direction=direction), [a for a, _ in pairs], positive=positive)
    gains = [scale.badness(a) - scale.badness(b) for a, b in pairs]
    if len(gains) == 1:
        return Confirmation(100 * scale.relative(gains[0]), None, None, 1)
    estimate, low, high = signed_rank_interval(gains) if len(gains) >= LEAST_RANKED else t_interval(gains)
    percent, low, high = (100 * scale.relative(g) for g in (estimate, low, high))
    return Confirmation(percent, low, high, len(gains))


def t_interval(gains: Sequence[float]) -> tuple[float, float, float]:
    """Mean of at least two gains, with the ends of its t interval (Student 1908)."""
    n, centre = len(gains), mean(gains)
    variance = sum_of_squares([g - centre for g in gains]) / (n - 1)
    half = t_quantile(0.5 + CONFIDENCE / 2, n - 1) * sqrt(variance / n)
    return centre, centre - half, centre + half


def signed_rank_interval(gains: Sequence[float]) -> tuple[float, float, float]:
    """Median of the pairwise means (Walsh averages) of the gains, and the ends of the exact signed-rank interval."""
    walsh = sorted(0.5 * a + 0.5 * b for i, a in enumerate(gains) for b in gains[i:])
    cut = signed_rank_cut(len(gains), (1 - CONFIDENCE) / 2)
    return median(walsh), walsh[cut], walsh[-1 - cut]


def signed_rank_cut(n: int, tail: float) -> int:
    """Number of Walsh averages to drop at each end: the largest c with P(W <= c) <= tail.

    W is the sum of the ranks with positive sign. Counted exactly up to 40 pairs, by the normal approximation beyond.
    """
    if n > 40:  # noqa: PLR2004 - the exact count is quadratic in n and no longer differs
        return int(n * (n + 1) / 4 + normal_quantile(tail) * sqrt(n * (n + 1) * (2 * n + 1) / 24))
    ways = [1] + [0] * comb(n + 1, 2)
    for rank in range(1, n + 1):
        for total in range(len(ways) - 1, rank - 1, -1):
            ways[total] += ways[total - rank]
    below = list(accumulate(ways))
    return max((c for c, count in enumerate(below) if count <= tail * 2**n), default=0)
