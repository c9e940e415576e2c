"""The incremental protocol of one decision: ask for a run, be told its value, until there is a verdict."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from math import isfinite

from autoloop.stats import median, winsorised_difference_variance
from autoloop.verdict.boundaries import Ruling, rule
from autoloop.verdict.evidence import Evidence, compare_arms, compare_pairs
from autoloop.verdict.scale import Scale, choose_scale
from autoloop.verdict.terms import (
    BASELINE,
    CANDIDATE,
    DISCARD,
    KEEP,
    RERUN,
    Config,
    Estimate,
    Noise,
    Verdict,
)

INTERVAL_Z = 1.645
"""Half width of a nominal 90 % interval in standard errors."""


def noise_of(stored: Sequence[float], scale: Scale) -> Noise:
    """Noise of a pair as the stored samples of one arm show it."""
    return Noise(*winsorised_difference_variance([scale.badness(v) for v in stored]))


class Engine:
    """One decision about one candidate.

    ::

        engine = Engine(Config(direction="lower"), baseline_samples=[...], rng=random.Random(seed))
        while not isinstance(step := engine.next(), Verdict):
            engine.add(step, run_benchmark(step))  # step is "baseline" or "candidate"

    Args:
        config: what is asked.
        baseline_samples: stored runs of the incumbent, five are enough; None and non-finite values are ignored.
        noise: what earlier experiments of the session taught; by default it is taken from the stored samples.
        deterministic: whether the metric has shown no noise at all; by default three equal stored samples say so.
        rng: source of the order inside pairs; pass a seeded one to be able to replay the decision.

    Attributes:
        hist: the usable baseline samples.
        raw: successful runs of each arm.
        runs: runs of each arm, failed ones included.
        failed: failed runs of each arm.
        order: one number per planned pair: +1 baseline first, -1 candidate first.
        residual: sum of squares and degrees of freedom of this decision, for the next one.
        noise: variance of a pair that was believed at the start.
        queue: arms still to be run before the next look.
        extra: candidate runs that were spent before the pairs started.
        log_scale: whether effects are log ratios.
        delta: smallest gain worth keeping, on the scale of the effects.
        deterministic: whether the metric still counts as free of noise.
        verdict: the verdict, once there is one.

    Raises:
        ValueError: there is no usable baseline sample.
    """

    def __init__(
        self,
        config: Config,
        baseline_samples: Sequence[float | None],
        noise: Noise | None = None,
        deterministic: bool | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.config = config
        self.hist = [float(v) for v in baseline_samples if v is not None and isfinite(v)]
        if not self.hist:
            raise ValueError("at least one baseline sample is needed")
        self.rng = rng or random.Random()  # noqa: S311 - fair coins, not secrets
        self.runs = {BASELINE: 0, CANDIDATE: 0}
        self.failed = {BASELINE: 0, CANDIDATE: 0}
        self.raw: dict[str, list[float]] = {BASELINE: [], CANDIDATE: []}
        self.order: list[int] = []
        self.residual: tuple[float, float] | None = None
        self.verdict: Verdict | None = None
        same = len(set(self.hist)) == 1
        self.deterministic = same and (len(self.hist) >= 3 if deterministic is None else deterministic)  # noqa: PLR2004
        self.scale = choose_scale(config, self.hist, positive=min(self.hist) > 0)
        self.noise = noise or noise_of(self.hist, self.scale)
        self.queue: list[str] = []
        self.extra = 0

    @property
    def log_scale(self) -> bool:
        """Whether effects are log ratios."""
        return self.scale.log

    @property
    def delta(self) -> float:
        """Smallest gain worth keeping, on the scale of the effects."""
        return self.scale.delta

    def next(self) -> str | Verdict:
        """The arm to run next, or the verdict; asking again changes nothing."""
        if self.verdict is None and not self.queue:
            self._step()
        return self.verdict or self.queue[0]

    def add(self, arm: str, value: float | None) -> None:
        """Report the run that :meth:`next` asked for.

        Args:
            arm: the arm that was run.
            value: the metric; None, nan or infinity mean that the run failed. It counts against the budget and is
                repeated once; a second failure of the same arm ends the decision.

        Raises:
            RuntimeError: this run was not asked for.
        """
        if self.verdict or not self.queue or self.queue[0] != arm:
            raise RuntimeError(f"a {arm} run was not asked for")
        self.runs[arm] += 1
        if value is None or not isfinite(value):
            self._failed_run(arm)
            return
        self.queue.pop(0)
        self.raw[arm].append(float(value))
        if value <= 0 and self.scale.log:
            self.scale = choose_scale(self.config, self.hist, positive=False)
            self.noise = noise_of(self.hist, self.scale)

    def estimate(self) -> Estimate:
        """What the complete pairs say so far; changes nothing and decides nothing."""
        evidence = self._evidence()
        if evidence is None:
            return Estimate(None, None, None, None, self._complete(), self.config.max_pairs)
        gain, half = evidence.gain, INTERVAL_Z * evidence.se
        effect, low, high = (self.scale.relative(g) for g in (gain, gain - half, gain + half))
        return Estimate(effect, low, high, evidence.z, evidence.n, self.config.max_pairs)

    def _failed_run(self, arm: str) -> None:
        self.failed[arm] += 1
        if self.failed[arm] > 1:
            self._finish(Ruling(DISCARD if arm == CANDIDATE else RERUN, f"{arm} runs fail"))
        elif self.runs[arm] >= self.config.max_pairs:
            self._finish(Ruling(RERUN, "out of runs"))

    def _step(self) -> None:
        if self.deterministic:
            self._step_deterministic()
        else:
            self._look()
        if self.verdict is None and not self.queue:
            self._ask()

    def _step_deterministic(self) -> None:
        """One run decides a discard, two equal ones a keep; a second one that differs ends determinism."""
        runs = self.raw[CANDIDATE]
        if not runs:
            self.queue = [CANDIDATE]
            return
        gain = self.scale.badness(self.hist[0]) - self.scale.badness(runs[0])
        if gain < self.scale.delta or gain <= 0:
            why = "no change" if gain == 0 else "worse" if gain < 0 else "below the minimum effect"
            self._finish(Ruling(DISCARD, f"deterministic metric: {why}"), exact=gain)
        elif len(runs) == 1:
            self.queue = [CANDIDATE]
        elif runs[1] == runs[0]:
            self._finish(Ruling(KEEP, "deterministic metric: better, confirmed"), exact=gain)
        else:
            self.deterministic = False
            self.extra = len(runs) if self.config.mode == "interleaved" else 0
            self._look()

    def _look(self) -> None:
        """Evaluate the samples so far; sets the verdict when they are enough."""
        evidence = self._evidence()
        if evidence is None:
            return
        self.residual = evidence.residual
        ruling = rule(
            evidence,
            self.scale.delta,
            self.config,
            last=self._complete() >= self.config.max_pairs - self.extra,
            may_keep=self._witnessed(evidence),
        )
        if ruling:
            self._finish(ruling, evidence)

    def _complete(self) -> int:
        """Complete pairs, or candidate runs in the modes without pairs."""
        candidates = len(self.raw[CANDIDATE]) - self.extra
        return min(candidates, len(self.raw[BASELINE])) if self.config.mode == "interleaved" else candidates

    def _evidence(self) -> Evidence | None:
        n = self._complete()
        if n < 1:
            return None
        floor = self.scale.resolution_variance(self.hist + self.raw[BASELINE] + self.raw[CANDIDATE])
        cand = [self.scale.badness(v) for v in self.raw[CANDIDATE][self.extra :]]
        base = [self.scale.badness(v) for v in self.raw[BASELINE]]
        if self.config.mode == "interleaved":
            return compare_pairs(base[:n], cand[:n], self.order[:n], self.noise, floor, self.config)
        return compare_arms([self.scale.badness(v) for v in self.hist] + base, cand, floor, self.config)

    def _witnessed(self, evidence: Evidence) -> bool:
        """Whether an early keep is backed: by three runs, or by stored samples that the runs of few pairs beat, too."""
        if self.config.mode != "interleaved":
            return evidence.n >= 3  # noqa: PLR2004
        if evidence.n >= max(self.config.witness_pairs, self.config.median_witness_pairs):
            return True
        level = median([self.scale.badness(v) for v in self.hist])
        runs = [self.scale.badness(v) for v in self.raw[CANDIDATE][self.extra :]]
        gains = [level - v for v in runs]
        witness = min(gains) if evidence.n < self.config.witness_pairs else median(gains)
        return evidence.n > 1 and witness >= 0.5 * evidence.gain

    def _ask(self) -> None:
        """Queue the next runs, or end an exhausted budget."""
        if max(self.runs.values()) >= self.config.max_pairs:
            self._finish(Ruling(RERUN, "out of runs"))
        elif self.config.mode == "stored":
            self.queue = [CANDIDATE]
        elif self.config.mode == "pooled":
            fewer = len(self.raw[CANDIDATE]) < len(self.hist) + len(self.raw[BASELINE])
            last_baseline = self.runs[BASELINE] >= self.config.max_pairs - 1
            self.queue = [CANDIDATE if fewer or last_baseline else BASELINE]
        else:
            self.queue = self._pair()

    def _pair(self) -> list[str]:
        """Random order in the odd pairs, the opposite in the even ones.

        A B | B A cancels linear drift and alternation; the random start keeps any periodic disturbance from favouring
        one arm (Abedi & Brecht 2017).
        """
        first = -self.order[-1] if len(self.order) % 2 else self.rng.choice((1, -1))
        self.order.append(first)
        return [BASELINE, CANDIDATE] if first > 0 else [CANDIDATE, BASELINE]

    def _finish(self, ruling: Ruling, evidence: Evidence | None = None, exact: float | None = None) -> None:
        """Set the verdict; ``exact``: the gain of a metric without noise."""
        stored = self.config.mode == "stored" and exact is None
        verdict = Verdict(
            ruling.decision,
            reason=ruling.reason,
            caveat="stored baseline only: drift of the machine is not seen" if stored else "",
            candidate_runs=self.runs[CANDIDATE],
            baseline_runs=self.runs[BASELINE],
        )
        if exact is not None:
            effect = self.scale.relative(exact)
            verdict = replace(verdict, estimate=effect, expected=effect, low=effect, high=effect)
        self.verdict = verdict if evidence is None else self._with_figures(verdict, evidence)

    def _with_figures(self, verdict: Verdict, evidence: Evidence) -> Verdict:
        """The expectation is shrunk as James & Stein (1961) would a single mean, against the winner's curse."""
        gain, z, half = evidence.gain, evidence.z, INTERVAL_Z * evidence.se
        shrunk = gain * max(0.0, 1 - self.config.shrinkage / (z * z)) if z and gain else gain
        effect, expected, low, high = (self.scale.relative(g) for g in (gain, shrunk, gain - half, gain + half))
        return replace(verdict, estimate=effect, expected=expected, low=low, high=high, z=z)
