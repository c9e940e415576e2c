"""What stored A/A samples promise before the first experiment: noise, drift, detectable effect, runs to expect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isfinite, sqrt

from autoloop.stats import median
from autoloop.verdict.boundaries import POWER_Z, critical_z
from autoloop.verdict.engine import noise_of
from autoloop.verdict.scale import Scale, choose_scale
from autoloop.verdict.terms import Config, Noise

LEAST_PAIRS = 1.5
"""Mean pairs of a decision on a metric whose noise does not matter: a discard takes one, a keep two."""


@dataclass(frozen=True)
class Calibration:
    """What samples of one and the same program show.

    Attributes:
        relative_noise: robust coefficient of variation of one run; insensitive to slow drift and single bursts.
        drift: relative change of the level from the first to the last sample; positive is upwards.
        deterministic: at least three samples, all bit-identical.
        noise: variance of a pair, for :func:`detectable_effect`, :func:`expected_runs` and the first verdict.
    """

    relative_noise: float
    drift: float
    deterministic: bool
    noise: Noise


def calibrate(samples: Sequence[float | None]) -> Calibration:
    """Judge samples of the unchanged program, in the order they were taken; failed ones (None, nan) are ignored.

    Raises:
        ValueError: there is no usable sample.
    """
    values = [float(v) for v in samples if v is not None and isfinite(v)]
    if not values:
        raise ValueError("at least one sample is needed")
    scale = choose_scale(Config(), values, positive=min(values) > 0)
    noise = noise_of(values, scale)
    deterministic = len(values) >= 3 and len(set(values)) == 1  # noqa: PLR2004
    return Calibration(sqrt(noise.var / 2), _drift(values, scale), deterministic, noise)


def detectable_effect(noise: Noise, config: Config) -> float:
    """Smallest relative improvement that the whole budget of pairs shows almost surely; never below ``min_effect``."""
    return max(config.min_effect, _reach(noise, config))


def expected_runs(noise: Noise, config: Config) -> float:
    """Mean runs of a decision, both arms, when most candidates bring nothing.

    The number of pairs after which the estimate of a change without effect meets the lower boundary.
    """
    theta = max(_reach(noise, config), config.design * config.min_effect)
    pairs = noise.var * config.futility / (config.k_lower * theta * theta)
    return 2 * min(max(pairs, LEAST_PAIRS), config.max_pairs)


def _reach(noise: Noise, config: Config) -> float:
    return (critical_z(config) + POWER_Z) * sqrt(noise.var / config.max_pairs)


def _drift(values: Sequence[float], scale: Scale) -> float:
    """Median of all pairwise slopes, times the length of the series (Theil 1950, Sen 1968)."""
    y = [scale.badness(v) for v in values]
    slopes = [(b - a) / (j - i) for (i, a), (j, b) in combinations(enumerate(y), 2)]
    if not slopes:
        return 0.0
    return -scale.relative(-median(slopes) * (len(y) - 1))
