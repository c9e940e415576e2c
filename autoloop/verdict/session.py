"""What is carried from one experiment of a session to the next."""

from __future__ import annotations

import random
from collections.abc import Sequence

from autoloop.verdict.engine import Engine
from autoloop.verdict.terms import BASELINE, CANDIDATE, Config, Noise

MOST_NU = 12.0
"""The learnt noise level never counts for more degrees of freedom than this: machines change."""

FADING = 0.8
"""Weight of what was known before when a new decision's residuals arrive."""


class SessionState:
    """Stored samples of the incumbent and the noise level learnt so far.

    Args:
        config: what every verdict of the session is asked.
        baseline_samples: first samples of the incumbent, in the order they were taken.

    Attributes:
        samples: stored samples of the present incumbent.
        noise: learnt noise of a pair, None before the first decision.
        deterministic: whether the metric has shown no noise so far.
    """

    KEEP_SAMPLES = {"interleaved": 10, "pooled": 60, "stored": 60}  # noqa: RUF012 - a constant of the class

    def __init__(self, config: Config, baseline_samples: Sequence[float]) -> None:
        self.config = config
        self.samples = list(baseline_samples)
        self.deterministic = len(self.samples) >= 3 and len(set(self.samples)) == 1  # noqa: PLR2004
        self.noise: Noise | None = None

    @property
    def wants_fresh_samples(self) -> bool:
        """Whether a kept incumbent must be measured afresh: its winning runs are biased in its favour."""
        return self.config.mode != "interleaved" and not self.deterministic

    def engine(self, rng: random.Random | None = None) -> Engine:
        """An engine for the next candidate."""
        return Engine(self.config, self.samples, self.noise, self.deterministic, rng)

    def record(self, engine: Engine, kept: bool) -> None:
        """Learn from a decision that has been applied; ``kept``: the candidate is the new incumbent."""
        self.deterministic = engine.deterministic
        self.noise = learnt_noise(engine) or self.noise
        limit = self.KEEP_SAMPLES[self.config.mode]
        if kept and engine.raw[CANDIDATE]:
            self.samples = engine.raw[CANDIDATE][-limit:]
        elif engine.raw[BASELINE] and not kept:
            self.samples = (self.samples + engine.raw[BASELINE])[-limit:]


def learnt_noise(engine: Engine) -> Noise | None:
    """Noise after a decision: what was believed before, faded, pooled with its residuals; None: nothing was learnt."""
    if engine.residual is None or not engine.log_scale:
        return None
    ss, df = engine.residual
    before = FADING * engine.noise.nu
    if before + df <= 0:
        return None
    return Noise((before * engine.noise.var + ss) / (before + df), min(before + df, MOST_NU))
