"""When to stop: a truncated sequential probability ratio test in t form (Wald 1945; Spotify 2023 for known budgets).

The alternative adapts to the measured noise: quiet metrics are asked "at least three times the minimum effect?" and end
after one or two pairs, noisy ones "the smallest effect that the budget can show?" and end when that is out of sight.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

from autoloop.stats import normal_quantile
from autoloop.verdict.evidence import Evidence
from autoloop.verdict.terms import DISCARD, KEEP, RERUN, Config

PROMISING_Z = 0.8
"""Evidence at the end of the budget from which a second try is worth its runs."""

POWER_Z = 2.0
"""Standard errors beyond the critical value at which an effect is called detectable: a power of 97.7 % at the end."""


@dataclass(frozen=True)
class Limits:
    """Stop with a keep at ``z >= keep_z``, with a discard at ``gain <= discard_gain``."""

    keep_z: float
    discard_gain: float


@dataclass(frozen=True)
class Ruling:
    """A decision and the phrase that explains it."""

    decision: str
    reason: str


def critical_z(config: Config) -> float:
    """The z value that keeps at the end of the budget."""
    return normal_quantile(1 - config.alpha)


def limits(evidence: Evidence, delta: float, config: Config) -> Limits:
    """Both boundaries at this look; ``delta`` is the least gain worth keeping, on the evidence's scale."""
    a, z_last = 1.343 * log(1 / config.alpha), critical_z(config)
    theta = max((z_last + POWER_Z) * evidence.se_last, config.design * delta)
    q = theta / evidence.se
    upper = a / q + config.k_upper * q if q < sqrt(a / config.k_upper) else 2 * sqrt(a * config.k_upper)
    return Limits(max(upper, z_last), theta * (config.k_lower - config.futility / (q * q)))


def rule(evidence: Evidence, delta: float, config: Config, *, last: bool, may_keep: bool) -> Ruling | None:
    """Decide, or answer None when another run is worth more than a decision.

    Args:
        evidence: the samples so far.
        delta: least gain worth keeping, on the evidence's scale.
        config: level and shape of the boundaries.
        last: no further run is left.
        may_keep: whether an early keep has the witnesses it needs.
    """
    worthwhile = evidence.gain >= delta
    if last:
        return _last_ruling(evidence, worthwhile, critical_z(config))
    bounds = limits(evidence, delta, config)
    if may_keep and worthwhile and evidence.z >= bounds.keep_z:
        return Ruling(KEEP, f"better in {evidence.n} pairs")
    suspect = evidence.n == 1 and abs(evidence.gain) > config.single_pair_sd * evidence.pair_sd
    if evidence.gain <= bounds.discard_gain and not suspect:
        return Ruling(DISCARD, "worse" if evidence.z < -2 else "no worthwhile improvement in sight")  # noqa: PLR2004
    return None


def _last_ruling(evidence: Evidence, worthwhile: bool, z_last: float) -> Ruling:
    if worthwhile and evidence.z >= z_last:
        return Ruling(KEEP, f"better in {evidence.n} pairs")
    if worthwhile and evidence.z > PROMISING_Z:
        return Ruling(RERUN, "promising, but the budget is spent")
    return Ruling(DISCARD, "no improvement found within the budget")
