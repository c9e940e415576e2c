"""Small robust statistics, standard library only: medians, tails of Student's t, one-step Huber estimates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite, log1p, sqrt
from statistics import NormalDist

MAD_TO_SD = 1.4826
"""The median absolute deviation of a normal sample, times this, estimates its standard deviation (Hampel 1974)."""

HUGE = 1e150
"""Largest magnitude whose square is still a float; residuals beyond it are pulled in instead of overflowing."""


@dataclass(frozen=True)
class Location:
    """Robust centre of one arm.

    Attributes:
        centre: estimate of the centre, in the units of the samples.
        ss: sum of squared residuals around it, corrected for clipping.
        df: degrees of freedom of ``ss``.
    """

    centre: float
    ss: float
    df: float


def median(x: Sequence[float]) -> float:
    """Median of a non-empty sample; the mean of the middle two when the length is even."""
    s = sorted(x)
    m = len(s) // 2
    return s[m] if len(s) % 2 else 0.5 * s[m - 1] + 0.5 * s[m]


def mean(x: Sequence[float]) -> float:
    """Arithmetic mean of a non-empty sample."""
    return sum(x) / len(x)


def mad_sd(residuals: Sequence[float]) -> float:
    """Standard deviation estimated from the median absolute residual (Hampel 1974)."""
    return MAD_TO_SD * median([abs(r) for r in residuals])


def sum_of_squares(x: Sequence[float]) -> float:
    """Sum of squares that saturates instead of overflowing."""
    return sum(min(abs(v), HUGE) * min(abs(v), HUGE) for v in x)


def normal_quantile(p: float) -> float:
    """Quantile of the standard normal distribution."""
    return NormalDist().inv_cdf(p)


def t_to_z(t: float, df: float) -> float:
    """Standard normal deviate with the same tail area as Student's ``t`` (Wallace 1959)."""
    if not isfinite(t) or abs(t) > HUGE:
        t = HUGE if t > 0 else -HUGE if t < 0 else 0.0
    z = (8 * df + 1) / (8 * df + 3) * sqrt(df * log1p(t * t / df))
    return z if t >= 0 else -z


def t_quantile(p: float, df: float) -> float:
    """Quantile of Student's t: the inverse of :func:`t_to_z`, found by bisection; error below 1 % from 2 df on."""
    if p < 0.5:  # noqa: PLR2004 - the distribution is symmetric about one half
        return -t_quantile(1 - p, df)
    z, low, high = normal_quantile(p), 0.0, 1.0
    while t_to_z(high, df) < z:
        high *= 2
    for _ in range(80):
        mid = 0.5 * (low + high)
        low, high = (mid, high) if t_to_z(mid, df) < z else (low, mid)
    return 0.5 * (low + high)


def clip(x: Sequence[float], limit: float) -> tuple[list[float], int]:
    """Values pulled in to ``[-limit, limit]``, and how many of them were (Huber's psi function, Huber 1964)."""
    return [max(-limit, min(limit, v)) for v in x], sum(abs(v) > limit for v in x)


def huber_location(x: Sequence[float], clip_at: float) -> Location:
    """One-step Huber estimate of location, started at the median (Huber 1964, Bickel 1975).

    Args:
        x: a non-empty sample.
        clip_at: residuals beyond this many robust standard deviations are pulled in.
    """
    n, centre = len(x), median(x)
    residuals = [v - centre for v in x]
    limit = clip_at * mad_sd(residuals)
    if n < 3 or limit <= 0:  # noqa: PLR2004 - a spread needs three values to be robust
        mu = mean(x)
        return Location(mu if n < 3 else centre, sum_of_squares([v - mu for v in x]), n - 1)  # noqa: PLR2004
    pulled, cut = clip(residuals, limit)
    kept = max(0.4, 1 - cut / n)
    shift = mean(pulled)
    ss = sum_of_squares([v - shift for v in pulled]) / (kept * kept)
    return Location(centre + shift / kept, ss, max(1.0, n - 1 - cut))


def winsorised_difference_variance(x: Sequence[float], clip_at: float = 2.5) -> tuple[float, float]:
    """Variance of the difference of two neighbours, and its degrees of freedom.

    Successive differences ignore slow drift (von Neumann 1941); the largest are winsorised so that one burst does not
    blind the rule. The factor 0.7 accounts for neighbouring differences sharing a value.
    """
    steps = [min(abs(b - a), HUGE) for a, b in pairwise(x)]
    if not steps:
        return 0.0, 0.0
    limit = clip_at * MAD_TO_SD * median(steps)
    if limit <= 0:  # at least half of the neighbours are equal
        return sum_of_squares(steps) / len(steps), 0.7 * len(steps)
    pulled, cut = clip(steps, limit)
    kept = 1 - cut / len(steps)
    return sum_of_squares(pulled) / len(steps) / (kept * kept), 0.7 * (len(steps) - cut)


def tie_step(x: Sequence[float]) -> float:
    """Smallest step between distinct values if some values tie (a coarse timer), else 0."""
    s = sorted(x)
    gaps = [b - a for a, b in pairwise(s) if b > a]
    return 0.0 if len(gaps) + 1 == len(s) else min(gaps, default=0.0)


def compounded(percents: Sequence[float], *, lower: bool) -> float:
    """Gains that followed one another as one, in per cent: two of 10 % make 19 % where lower is better, else 21 %."""
    total = 1.0
    for percent in percents:
        total *= 1 - percent / 100 if lower else 1 + percent / 100
    return 100 * (1 - total if lower else total - 1)


def relative_gain(before: float, after: float, base: float, *, lower: bool) -> float:
    """A gain in per cent of ``base``: what adds up where values are not positive, and ratios mean nothing."""
    return 100 * (before - after if lower else after - before) / (abs(base) or 1.0)


def finite(x: float) -> float:
    """The value itself, or the largest representable magnitude of its sign when it overflowed (0 for nan)."""
    if isfinite(x):
        return x
    return HUGE if x == inf else -HUGE if x == -inf else 0.0
