"""The words of a verdict: its configuration, its outcome, and the names of decisions and arms."""

from __future__ import annotations

from dataclasses import dataclass, replace

from autoloop.model import Noise

__all__ = ["BASELINE", "CANDIDATE", "DISCARD", "KEEP", "RERUN", "Config", "Estimate", "Noise", "Verdict"]

KEEP, DISCARD, RERUN = "keep", "discard", "rerun"
BASELINE, CANDIDATE = "baseline", "candidate"


@dataclass(frozen=True)
class Config:
    """What is asked of a verdict.

    Attributes:
        direction: ``lower`` or ``higher`` is better.
        min_effect: smallest relative improvement worth keeping.
        min_effect_abs: the same in metric units; needed when the baseline may be 0.
        alpha: accepted chance of keeping a change without any effect.
        max_pairs: at most this many candidate runs, and as many baseline runs.
        mode: ``interleaved`` for times, rates and memory: both arms are measured in turn, safe under drift. ``pooled``
            for noise that does not depend on the time of the run (seeds, sampling): all samples of an arm count.
            ``stored`` when the baseline cannot be run any more: cannot see drift, and says so.
        drift_allowance: ``stored``: extra standard deviation of the baseline's level, in units of that of one run.
        design: effect the test is designed for, in units of the minimum effect.
        k_upper: slope of the upper boundary; this and the following were tuned once and are not meant for users.
        futility: how fast the lower boundary rises with the pairs.
        k_lower: where the lower boundary ends, as a share of the design effect.
        clip: runs further than this many robust standard deviations from their arm's median are pulled in.
        witness_pairs: before this many pairs a keep also needs the stored samples to agree.
        single_pair_sd: one pair worse than this is an outlier suspect, not a reason to discard.
        median_witness_pairs: before this many pairs half of the gain must also show in the median candidate run beside
            the stored samples, so that a burst in the incumbent's runs is not taken for a gain; 0 asks for nothing.
        sums_factor: variances of the pairs' sums and differences this far apart have nothing to say about each other;
            1 leaves the sums out.
        shrinkage: share of the estimate, in units of 1 / z**2, that the expected gain is below it. At 1.5 the gains
            claimed by simulated sessions were 0.99 to 1.01 of the true ones on three sets of noise, at 1 up to 1.08.
    """

    direction: str = "lower"
    min_effect: float = 0.01
    min_effect_abs: float | None = None
    alpha: float = 0.05
    max_pairs: int = 20
    mode: str = "interleaved"
    drift_allowance: float = 0.3
    design: float = 3.0
    k_upper: float = 0.45
    futility: float = 3.6
    k_lower: float = 0.606
    clip: float = 2.7
    witness_pairs: int = 4
    single_pair_sd: float = 7.5
    median_witness_pairs: int = 6
    sums_factor: float = 4.0
    shrinkage: float = 1.5

    def second_try(self) -> Config:
        """The question for the one honest rerun of the same tree, from fresh samples, at half the level.

        A change without effect is kept by the pair of tries with probability a1 + r * a2, where r is the chance that
        the first try ends undecided. With r at 3 to 5 % (Gaussian, log-normal, bursty and autocorrelated noise), half
        the level for a2 adds 0.03 to 0.17 points to what the first try alone keeps (3 000 simulated pairs each).
        """
        return replace(self, alpha=self.alpha / 2)


@dataclass(frozen=True)
class Estimate:
    """What is known of the effect so far, for progress lines; a partial view, not a verdict.

    Attributes:
        effect: relative improvement, positive is better; None before anything can be compared.
        low: lower end of its nominal 90 % interval.
        high: upper end of it.
        z: evidence for "better than the incumbent" in standard normal units.
        pairs: complete pairs so far (candidate runs in the modes without pairs).
        max_pairs: at most so many.
    """

    effect: float | None
    low: float | None
    high: float | None
    z: float | None
    pairs: int
    max_pairs: int


@dataclass(frozen=True)
class Verdict:
    """A decision and its figures.

    Attributes:
        decision: ``keep``, ``discard`` or ``rerun``.
        estimate: relative improvement, positive is better; None when nothing could be compared.
        expected: the estimate, shrunk for the optimism of stopping when it looks good: what may be claimed.
        low: lower end of the nominal 90 % interval of the estimate.
        high: upper end of it.
        z: evidence for "better than the incumbent" in standard normal units; None when it is exact.
        reason: one phrase for people.
        caveat: what this verdict cannot know, or empty.
        candidate_runs: runs of the candidate that were spent.
        baseline_runs: runs of the incumbent that were spent.
    """

    decision: str
    estimate: float | None = None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    z: float | None = None
    reason: str = ""
    caveat: str = ""
    candidate_runs: int = 0
    baseline_runs: int = 0
