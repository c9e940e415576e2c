"""From samples to evidence: the estimated gain, its standard error, and a z value for "better than the incumbent"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt

from autoloop.stats import HUGE, clip, huber_location, mad_sd, mean, median, sum_of_squares, t_to_z
from autoloop.verdict.terms import Config, Noise

LEAST_VARIANCE = 1e-20
CONTRADICTION = 3.6
"""Stored and present variance further apart than this factor: the stored one is not believed."""


@dataclass(frozen=True)
class Evidence:
    """What the samples say so far, on the scale of :mod:`autoloop.verdict.scale`.

    Attributes:
        n: pairs, or candidate runs in the modes without pairs.
        gain: estimated improvement of the candidate; positive is better.
        se: its standard error.
        se_last: the standard error to expect when the budget is spent.
        z: the gain's t value on the normal scale.
        pair_sd: standard deviation of a pair that a first pair is held against.
        residual: sum of squares and degrees of freedom of this decision alone; None when they are not for the next one.
    """

    n: int
    gain: float
    se: float
    se_last: float
    z: float
    pair_sd: float
    residual: tuple[float, float] | None = None


@dataclass(frozen=True)
class Fit:
    """What pairs say.

    Attributes:
        gain: estimated improvement of the candidate.
        ss: sum of squared residuals of the pairs' differences.
        df: degrees of freedom of ``ss``.
        sums_ss: the same of the pairs' sums.
        sums_df: degrees of freedom of ``sums_ss``.
    """

    gain: float
    ss: float
    df: float
    sums_ss: float = 0.0
    sums_df: float = 0.0


def compare_pairs(
    base: Sequence[float], cand: Sequence[float], order: Sequence[int], noise: Noise, floor: float, config: Config
) -> Evidence | None:
    """Evidence of complete pairs, or None while there is no degree of freedom to judge them with.

    Args:
        base: baseline runs on the scale, one per pair.
        cand: candidate runs, likewise.
        order: +1 where the baseline ran first, -1 where the candidate did.
        noise: variance of a pair that was known before.
        floor: least variance of a pair that the metric's resolution allows.
        config: clip level and number of pairs.
    """
    n = len(base)
    fit = plain_pairs(base, cand) if n <= 3 else huber_pairs(base, cand, order, noise.var, config.clip)  # noqa: PLR2004
    known = pair_noise(noise, fit, config.sums_factor)
    if known.nu <= 0:
        return None
    var = max(known.var, floor, LEAST_VARIANCE)
    se = sqrt(var / n)
    z = t_to_z(fit.gain / se, known.nu)
    return Evidence(n, fit.gain, se, sqrt(var / config.max_pairs), z, sqrt(noise.var), (fit.ss, fit.df))


def plain_pairs(base: Sequence[float], cand: Sequence[float]) -> Fit:
    """Mean difference of up to three pairs; an outlier cannot be told from the effect, it must inflate the variance."""
    gain, ss = _spread([a - b for a, b in zip(base, cand, strict=True)])
    _, sums_ss = _spread([a + b for a, b in zip(base, cand, strict=True)])
    return Fit(gain, ss, len(base) - 1, sums_ss, len(base) - 1)


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
    _, sums_ss = _spread([a + b for a, b in zip(pulled_a, pulled_b, strict=True)])
    df, sums_df = max(1.0, n - 2 - 0.5 * cut), max(1.0, n - 1 - 0.5 * cut)
    return Fit(centre_a - centre_b + shift / kept, ss / (kept * kept), df, sums_ss / (kept * kept), sums_df)


def order_adjusted(differences: Sequence[float], order: Sequence[int]) -> tuple[float, float]:
    """Intercept of the least-squares line of differences on the order inside pairs, and its residual sum of squares."""
    n = len(differences)
    o_mean, d_mean = sum(order) / n, mean(differences)
    slope = sum((o - o_mean) * (d - d_mean) for o, d in zip(order, differences, strict=True)) / (n - n * o_mean**2)
    residuals = [d - d_mean - slope * (o - o_mean) for o, d in zip(order, differences, strict=True)]
    return d_mean - slope * o_mean, sum_of_squares(residuals)


def _spread(x: Sequence[float]) -> tuple[float, float]:
    """Mean, and sum of squares around it."""
    centre = mean(x)
    return centre, sum_of_squares([v - centre for v in x])


def pair_noise(noise: Noise, fit: Fit, factor: float) -> Noise:
    """Variance of a pair's difference from everything known, with its degrees of freedom (0: nothing is known).

    The stored level and the residuals of the differences are pooled. So are, as far as they agree with these, the sums
    of the pairs: of unrelated runs sums and differences have the same variance and are independent, so that the sums
    double what is known. Drift and slow changes make the sums noisier than the differences, alternation makes them
    quieter; their weight falls with the logarithm of the ratio and is gone at ``factor``.
    """
    known = believed(noise, fit)
    nu = known + fit.df
    if nu <= 0:
        return Noise(0.0, 0.0)
    var = (known * noise.var + fit.ss) / nu
    weight = agreement(var, fit.sums_ss / fit.sums_df, factor) * fit.sums_df if fit.sums_df else 0.0
    ss = weight * fit.sums_ss / fit.sums_df if weight else 0.0
    return Noise((nu * var + ss) / (nu + weight), nu + weight)


def agreement(one: float, other: float, factor: float) -> float:
    """1 for equal variances, 0 for those that are apart by ``factor`` or more."""
    if min(one, other) <= 0 or factor <= 1:
        return 0.0
    return max(0.0, 1 - abs(log(other) - log(one)) / log(factor))


def believed(noise: Noise, fit: Fit) -> float:
    """Degrees of freedom that the stored noise level still deserves beside the present one."""
    if fit.df >= 3 and fit.ss > CONTRADICTION * fit.df * noise.var:  # noqa: PLR2004 - fewer cannot contradict
        return 0.0
    if fit.df >= 3 and CONTRADICTION * fit.ss < fit.df * noise.var:  # noqa: PLR2004
        return min(noise.nu, 1.0)
    return noise.nu


def compare_arms(base: Sequence[float], cand: Sequence[float], floor: float, config: Config) -> Evidence | None:
    """Evidence of all candidate runs against all baseline samples, whenever they were taken.

    Args:
        base: stored and new baseline samples, on the scale.
        cand: candidate runs, on the scale.
        floor: least variance of a pair that the metric's resolution allows.
        config: mode, clip level and number of runs.
    """
    na, n, stored = len(base), len(cand), config.mode == "stored"
    a, b = huber_location(base, config.clip), huber_location(cand, config.clip)
    df = a.df + b.df
    if df <= 0:
        return None
    var = min(max((a.ss + b.ss) / df, floor / 2, LEAST_VARIANCE), HUGE * HUGE)
    drift = config.drift_allowance**2 if stored else 0.0
    na_last = na if stored else max(na, config.max_pairs)
    se = sqrt(var * (1 / na + 1 / n + drift))
    se_last = sqrt(var * (1 / na_last + 1 / config.max_pairs + drift))
    gain = a.centre - b.centre
    return Evidence(n, gain, se, se_last, t_to_z(gain / se, df), sqrt(2 * var))
