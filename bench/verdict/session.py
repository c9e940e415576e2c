"""Twenty experiments in a row, six of them true wins: a kept change becomes the incumbent of the next."""

from __future__ import annotations

from dataclasses import dataclass
from math import log1p
from random import Random

from rules import SIMPLE
from simulate import Setting

from autoloop.verdict import Config, SessionState, Verdict

WINS, LOSSES = 6, 14


@dataclass(frozen=True)
class Totals:
    """Sums over sessions: gains are log ratios."""

    gained: float = 0.0
    oracle: float = 0.0
    claimed: float = 0.0
    kept: int = 0
    bogus: int = 0
    runs: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(*(getattr(self, f) + getattr(other, f) for f in self.__dataclass_fields__))


class Bench:
    """The incumbent's true level and a candidate beside it, on one clock."""

    def __init__(self, setting: Setting, seed: str) -> None:
        self.tick = setting.model(setting.cv, Random(f"noise {seed}"))
        self.level, self.effect, self.runs = 100.0, 0.0, 0

    def run(self, arm: str) -> float:
        self.runs += 1
        return self.level * (1 - self.effect if arm == "candidate" else 1) * self.tick()

    def samples(self) -> list[float]:
        return [self.run("baseline") for _ in range(5)]


def effects(rng: Random) -> list[float]:
    """Wins of 2 to 10 %, no-ops, and regressions of up to 10 %, shuffled."""
    losses = [0.0 if rng.random() < 0.5 else -rng.uniform(0.01, 0.1) for _ in range(LOSSES)]
    mixed = [rng.uniform(0.02, 0.1) for _ in range(WINS)] + losses
    rng.shuffle(mixed)
    return mixed


def session(name: str, setting: Setting, seed: str) -> Totals:
    rng = Random(f"session {seed}")
    bench, total = Bench(setting, seed), Totals()
    state = SessionState(Config(), bench.samples())
    for effect in effects(rng):
        bench.effect = effect
        kept, claim = _ours(state, bench, rng) if name == "ours" else _simple(name, state, bench, rng)
        true = -log1p(-effect)
        total += Totals(oracle=max(0.0, true))
        if kept:
            bench.level *= 1 - effect
            total += Totals(true, 0.0, -log1p(-min(claim, 0.99)), 1, int(effect <= 0))
    return total + Totals(runs=bench.runs)


def _ours(state: SessionState, bench: Bench, rng: Random) -> tuple[bool, float]:
    engine = state.engine(rng)
    while not isinstance(step := engine.next(), Verdict):
        engine.add(step, bench.run(step))
    state.record(engine, step.decision == "keep")
    return step.decision == "keep", step.expected or 0.0


def _simple(name: str, state: SessionState, bench: Bench, rng: Random) -> tuple[bool, float]:
    """A kept change is measured afresh by the rule's own candidate runs: five of them stand for the incumbent."""
    taken: list[float] = []

    def run(arm: str) -> float:
        value = bench.run(arm)
        if arm == "candidate":
            taken.append(value)
        return value

    outcome = SIMPLE[name](state.samples, run, rng)
    if outcome.kept:
        state.samples = (taken * 5)[:5]
    return outcome.kept, outcome.claimed
