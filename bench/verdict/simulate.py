"""One decision, one cell, one session: simulated runs for any rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from noise import Model, Tick

Runner = Callable[[str], float]


@dataclass(frozen=True)
class Outcome:
    """What a rule answered: whether it kept the change, the gain it claims, and the runs it cost."""

    kept: bool
    runs: int
    claimed: float = 0.0


Rule = Callable[[Sequence[float], Runner, Random], Outcome]
"""``(stored baseline samples, run(arm) -> value, rng) -> Outcome``; lower values are better."""


@dataclass(frozen=True)
class Setting:
    """A noise model at one level."""

    name: str
    model: Model
    cv: float

    @property
    def label(self) -> str:
        return self.name if self.name.startswith("trace") else f"{self.name} {100 * self.cv:g} %"


@dataclass(frozen=True)
class Tally:
    """Share of decisions that kept the change, and mean runs of a decision."""

    kept: float
    runs: float
    decisions: int


def arms(tick: Tick, effect: float) -> Runner:
    """Runs of both arms on one clock; ``effect`` is the true relative improvement of the candidate."""
    level = {"baseline": 100.0, "candidate": 100.0 * (1 - effect)}
    return lambda arm: level[arm] * tick()


def decide(rule: Rule, setting: Setting, effect: float, seed: str) -> Outcome:
    """One decision with five stored baseline samples, taken just before."""
    tick = setting.model(setting.cv, Random(f"noise {seed}"))
    run = arms(tick, effect)
    return rule([run("baseline") for _ in range(5)], run, Random(f"rule {seed}"))


def tally(rule: Rule, setting: Setting, effect: float, decisions: int, seed: str) -> Tally:
    """Many decisions of one cell; the same seed gives every rule the same machine."""
    outcomes = [decide(rule, setting, effect, f"{seed} {setting.label} {i}") for i in range(decisions)]
    return Tally(
        sum(o.kept for o in outcomes) / decisions,
        sum(o.runs for o in outcomes) / decisions,
        decisions,
    )
