"""From samples to evidence: the estimated gain, its standard error, and a z value for "better than the incumbent"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from autoloop.stats import HUGE, huber_location, t_to_z
from autoloop.verdict.history import paired_only, with_history
from autoloop.verdict.pairs import fit_pairs, pair_variance
from autoloop.verdict.terms import Config, Noise


@dataclass(frozen=True)
class Evidence:
    """What the samples say so far, on the scale of :mod:`autoloop.verdict.scale`.

    Attributes:
        n: pairs, or candidate runs in the modes without pairs.
        gain: estimated improvement of the candidate; positive is better.
        se: its standard error.
        se_last: the standard error to expect when the budget is spent.
        z: the gain's t value on the normal scale.
        suspect: it rests on one pair (run) so far off that an outlier is more likely than an effect.
        residual: sum of squares and degrees of freedom of this decision alone; None when they are not for the next one.
    """

    n: int
    gain: float
    se: float
    se_last: float
    z: float
    suspect: bool
    residual: tuple[float, float] | None = None


@dataclass(frozen=True)
class Samples:
    """Everything a look may use, on the scale.

    Attributes:
        stored: stored samples of the incumbent, oldest first.
        base: baseline runs of this decision (one per pair when interleaved).
        cand: candidate runs of this decision, likewise.
        order: +1 for pairs whose baseline ran first, -1 for the others.
        floor: least variance of a pair that the metric's resolution allows.
    """

    stored: Sequence[float]
    base: Sequence[float]
    cand: Sequence[float]
    order: Sequence[int]
    floor: float


def compare_pairs(samples: Samples, noise: Noise, config: Config) -> Evidence | None:
    """Evidence of complete pairs, or None while there is no degree of freedom to judge them with.

    Args:
        samples: as many baseline as candidate runs, at least one of each.
        noise: variance of a pair that was known before.
        config: clip level and number of pairs.
    """
    n = len(samples.base)
    fit = fit_pairs(samples.base, samples.cand, samples.order, noise.var, config.clip)
    known = pair_variance(fit, noise, samples.floor)
    if known is None:
        return None
    paired = paired_only(fit.gain, known.var, n, config.max_pairs)
    whole = with_history(paired, known.var, samples.base, samples.stored, config.clip)
    suspect = n == 1 and abs(fit.gain) > config.single_pair_sd * sqrt(noise.var)
    z = t_to_z(whole.gain / whole.se, known.nu)
    return Evidence(n, whole.gain, whole.se, whole.se_last, z, suspect, (fit.ss, fit.df))


def compare_arms(samples: Samples, config: Config) -> Evidence | None:
    """Evidence of all candidate runs against all baseline samples, whenever they were taken.

    None while there is no degree of freedom. In ``stored`` mode the level of the baseline is taken to have moved by
    ``drift_allowance`` standard deviations since.
    """
    base, n = [*samples.stored, *samples.base], len(samples.cand)
    a, b = huber_location(base, config.clip), huber_location(samples.cand, config.clip)
    df = a.df + b.df
    if df <= 0:
        return None
    var = min(max((a.ss + b.ss) / df, samples.floor / 2, 1e-20), HUGE * HUGE)
    stored = config.mode == "stored"
    drift = config.drift_allowance**2 if stored else 0.0
    base_last = len(base) if stored else max(len(base), config.max_pairs)
    se = sqrt(var * (1 / len(base) + 1 / n + drift))
    se_last = sqrt(var * (1 / base_last + 1 / config.max_pairs + drift))
    gain = a.centre - b.centre
    suspect = n == 1 and abs(gain) > config.single_pair_sd * sqrt(2 * var)
    return Evidence(n, gain, se, se_last, t_to_z(gain / se, df), suspect)
