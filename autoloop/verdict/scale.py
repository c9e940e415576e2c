"""The scale on which effects add up: log ratios of positive metrics, otherwise differences relative to the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import expm1, log, log1p

from autoloop.stats import finite, median, tie_step
from autoloop.verdict.terms import Config

LARGEST_LOG = 700.0
"""Beyond it ``exp`` overflows; no benchmark is better by a factor of 1e300."""


@dataclass(frozen=True)
class Scale:
    """A monotone map from metric values to a scale where larger is worse and effects add.

    Attributes:
        log: whether the map is the logarithm (all values positive), else it is linear.
        sign: +1 when lower values are better, -1 when higher ones are.
        unit: metric units of one step of the linear scale.
        delta: smallest improvement worth keeping, on this scale.
    """

    log: bool
    sign: float
    unit: float
    delta: float

    def badness(self, value: float) -> float:
        """Position of a metric value on the scale."""
        return self.sign * (log(value) if self.log else finite(value / self.unit))

    def relative(self, gain: float) -> float:
        """Relative improvement of the metric that a difference on this scale stands for."""
        if not self.log:
            return gain
        bounded = max(-LARGEST_LOG, min(LARGEST_LOG, gain))
        return -expm1(-bounded) if self.sign > 0 else expm1(bounded)

    def resolution_variance(self, values: Sequence[float]) -> float:
        """Variance floor of a pair from a coarse timer: a sixth of the squared step between tied values.

        Two rounding errors, each uniform over one step, have the variance ``step**2 / 12`` each (Sheppard 1898).
        """
        level = abs(median(values))
        step = finite(tie_step(values) / (level if self.log and level > 0 else self.unit))
        return min(step, 1e150) ** 2 / 6


def choose_scale(config: Config, stored: Sequence[float], *, positive: bool) -> Scale:
    """Scale for metrics whose stored samples are given; ``positive``: no value of either arm is zero or below."""
    level = median(stored)
    unit = 1.0 if positive else (abs(level) or max(abs(v) for v in stored) or 1.0)
    lower = config.direction == "lower"
    effect = _least_effect(config, level, unit, positive=positive)
    if positive:
        effect = -log1p(-min(effect, 0.99)) if lower else log1p(effect)
    return Scale(positive, 1.0 if lower else -1.0, unit, effect * (1 - 1e-9))  # the minimum effect itself passes


def _least_effect(config: Config, level: float, unit: float, *, positive: bool) -> float:
    if config.min_effect_abs is not None and (not positive or level > 0):
        return finite(config.min_effect_abs / (level if positive else unit))
    return config.min_effect if positive or level != 0 else 0.0
