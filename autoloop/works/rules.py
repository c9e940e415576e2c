"""From the configuration and the record to the question that a verdict answers."""

from __future__ import annotations

from autoloop import metrics, verdict
from autoloop.config import Config
from autoloop.model import Incumbent


def mode(config: Config) -> str:
    """How the arms are compared: stored, or what the configuration says, or what the metric's name suggests.

    Times, rates and memory are measured interleaved, since their noise depends on when they are measured; scores and
    losses are pooled, since theirs does not.
    """
    if config.verdict.reference == "stored":
        return "stored"
    if config.verdict.mode != "auto":
        return config.verdict.mode
    time_like = metrics.is_time_like(config.eval.primary_metric, config.eval.unit)
    return "interleaved" if time_like else "pooled"


def question(config: Config, attempt: int = 1) -> verdict.Config:
    """What is asked of the verdict; the second try of one tree is asked at a stricter level."""
    rules = config.verdict
    asked = verdict.Config(
        direction="higher" if config.eval.direction == "higher_is_better" else "lower",
        min_effect=float(rules.min_effect),
        min_effect_abs=rules.min_effect_abs,
        alpha=rules.alpha,
        max_pairs=rules.max_samples,
        mode=mode(config),
    )
    return asked.second_try() if attempt > 1 else asked


def state(asked: verdict.Config, incumbent: Incumbent) -> verdict.SessionState:
    """What is known of the incumbent before the decision."""
    known = verdict.SessionState(asked, incumbent.samples)
    known.noise = incumbent.noise
    known.deterministic = incumbent.deterministic
    return known
