"""What interleaved pairs say of the gain, and of the variance of a pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import sqrt

from autoloop.stats import clip, mad_sd, mean, median, sum_of_squares
from autoloop.verdict.terms import Noise

LEAST_VARIANCE = 1e-20
CONTRADICTION = 3.6
"""Stored and present variance further apart than this factor: the stored one is not believed."""

UNRELATED = 0.8
"""Correlation of neighbouring runs from which the spread within the arms says nothing about a pair."""

SLIGHT = 0.1
"""Correlation of neighbouring runs that few runs show by chance."""


@dataclass(frozen=True)
class Fit:
    """Gain of pairs and their spread.

    Attributes:
        gain: estimated improvement of the candidate.
        ss: sum of squared residuals of the pairs, corrected for clipping.
        df: degrees of freedom of ``ss``.
        runs: residual of every run from its arm's median, clipped, in the order they were run; empty below four pairs.
        cut: number of clipped runs.
    """

    gain: float
    ss: float
    df: float
    runs: Sequence[float] = ()
    cut: int = 0


def fit_pairs(base: Sequence[float], cand: Sequence[float], order: Sequence[int], var: float, clip_at: float) -> Fit:
    """Gain and residuals of complete pairs.

    Args:
        base: baseline runs on the scale, one per pair.
        cand: candidate runs, likewise.
        order: +1 where the baseline ran first, -1 where the candidate did.
        var: variance of a pair that was known before; keeps the clip from closing in on a few close runs.
        clip_at: clip in robust standard deviations of a run.
    """
    return plain_pairs(base, cand) if len(base) <= 3 else huber_pairs(base, cand, order, var, clip_at)  # noqa: PLR2004


def plain_pairs(base: Sequence[float], cand: Sequence[float]) -> Fit:
    """Mean difference of up to three pairs; an outlier cannot be told from the effect, it must inflate the variance."""
    differences = [a - b for a, b in zip(base, cand, strict=True)]
    gain = mean(differences)
    return Fit(gain, sum_of_squares([d - gain for d in differences]), len(base) - 1)


def huber_pairs(base: Sequence[float], cand: Sequence[float], order: Sequence[int], var: float, clip_at: float) -> Fit:
    """One-step Huber estimate of the arms' difference, adjusted for the order inside the pairs.

    Residuals from each arm's median are pulled in (Huber 1964); the slope on the order removes "the first of a pair is
    slower", alternation and linear drift.
    """
    n, centre_a, centre_b = len(base), median(base), median(cand)
    residuals_a, residuals_b = [v - centre_a for v in base], [v - centre_b for v in cand]
    limit = clip_at * max(mad_sd(residuals_a + residuals_b), sqrt(var / 2))
    pulled_a, cut_a = clip(residuals_a, limit)
    pulled_b, cut_b = clip(residuals_b, limit)
    cut = cut_a + cut_b
    kept = max(0.4, 1 - cut / (2 * n))
    shift, ss = order_adjusted([a - b for a, b in zip(pulled_a, pulled_b, strict=True)], order)
    in_time = chain.from_iterable(
        (a, b) if o > 0 else (b, a) for o, a, b in zip(order, pulled_a, pulled_b, strict=True)
    )
    df = max(1.0, n - 2 - 0.5 * cut)
    return Fit(centre_a - centre_b + shift / kept, ss / (kept * kept), df, tuple(in_time), cut)


def order_adjusted(differences: Sequence[float], order: Sequence[int]) -> tuple[float, float]:
    """Intercept of the least-squares line of differences on the order inside pairs, and its residual sum of squares."""
    n = len(differences)
    o_mean, d_mean = sum(order) / n, mean(differences)
    slope = sum((o - o_mean) * (d - d_mean) for o, d in zip(order, differences, strict=True)) / (n - n * o_mean**2)
    residuals = [d - d_mean - slope * (o - o_mean) for o, d in zip(order, differences, strict=True)]
    return d_mean - slope * o_mean, sum_of_squares(residuals)


def pair_variance(fit: Fit, noise: Noise, floor: float) -> Noise | None:
    """Variance of a pair from everything known, or None while there is no degree of freedom.

    Three sources are pooled by their degrees of freedom: the level known before, the residuals of the pairs, and, as
    far as neighbouring runs are unrelated, the spread within the arms, which has twice as many.

    Args:
        fit: the present pairs.
        noise: variance of a pair that was known before.
        floor: least variance that the metric's resolution allows.
    """
    believed = believed_nu(noise, fit)
    related = neighbour_correlation(fit.runs)
    within = spread_within_arms(fit, related)
    nu = believed + fit.df + within.nu
    if nu <= 0:
        return None
    pooled = (believed * noise.var + fit.ss + within.nu * within.var) / nu
    return Noise(max(pooled, floor, LEAST_VARIANCE) * order_inflation(related), nu)


def believed_nu(noise: Noise, fit: Fit) -> float:
    """Degrees of freedom that the noise level known before still deserves beside the present one."""
    if fit.df >= 3 and fit.ss > CONTRADICTION * fit.df * noise.var:  # noqa: PLR2004 - fewer cannot contradict
        return 0.0
    if fit.df >= 3 and CONTRADICTION * fit.ss < fit.df * noise.var:  # noqa: PLR2004
        return min(noise.nu, 1.0)
    return noise.nu


def neighbour_correlation(runs: Sequence[float]) -> float:
    """Lag-one autocorrelation of residuals in time order, corrected for the two centres they were taken from."""
    total = sum_of_squares(runs)
    if total <= 0:
        return 0.0
    return sum(u * v for u, v in pairwise(runs)) / total + 1.5 / len(runs)


def spread_within_arms(fit: Fit, related: float) -> Noise:
    """Variance of a pair if neighbouring runs were unrelated, with the degrees of freedom it deserves beside the pairs.

    Positive correlation makes pairs quieter than their arms, alternation makes them noisier: then it counts for less.
    """
    runs = len(fit.runs)
    nu = max(0.0, runs / 2 - 1 - 0.5 * fit.cut) * max(0.0, 1 - abs(related) / UNRELATED)
    if nu <= 0:
        return Noise(0.0, 0.0)
    kept = max(0.4, 1 - fit.cut / runs)
    return Noise(2 * sum_of_squares(fit.runs) / (runs - 2) / (kept * kept), nu)


def order_inflation(related: float) -> float:
    """Factor on the variance of the mean difference of pairs in the order A B | B A.

    With correlation r of neighbouring runs, falling as its powers, the two differences of A B | B A have the correlation
    r (1 - r) / 2. Twice that is added, because the correlation of few runs is estimated too low.
    """
    r = min(0.9, max(0.0, related - SLIGHT))
    return 1 + r * (1 - r)
