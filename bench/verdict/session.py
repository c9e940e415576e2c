"""A whole session: twenty experiments, six of them true wins; what a rule keeps becomes the next incumbent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import expm1, log1p
from random import Random
from typing import Any, Protocol

from simulate import Runner, Setting

EXPERIMENTS = 20
WINS = 6


class Judge(Protocol):
    """Judges one candidate after the other; ``run(arm)`` measures; answers (kept, runs, claimed gain)."""

    def __call__(self, run: Runner) -> tuple[bool, int, float]: ...


@dataclass(frozen=True)
class Result:
    """One session, or the mean of several.

    Attributes:
        share: true gain of what was kept, as a share of what an oracle would have kept (on the log scale).
        commits: kept experiments.
        bogus: kept experiments that are no improvement.
        runs: benchmark runs.
        claimed: sum of the claimed gains of the kept experiments.
        true: sum of their true gains.
    """

    share: float
    commits: float
    bogus: float
    runs: float
    claimed: float
    true: float


def effects(rng: Random) -> list[float]:
    """Six wins of 2 to 10 %, nine changes without effect, five regressions of 1 to 5 %, shuffled."""
    drawn = [rng.uniform(0.02, 0.10) for _ in range(WINS)]
    drawn += [0.0] * 9 + [-rng.uniform(0.01, 0.05) for _ in range(EXPERIMENTS - WINS - 9)]
    rng.shuffle(drawn)
    return drawn


def sequential(package: Any, config: Any = None) -> Callable[[Runner, Random], tuple[Judge, int]]:  # noqa: ANN401
    """Sessions judged by a package with this project's face; it is a parameter so that another can be compared."""

    def open_session(run: Runner, rng: Random) -> tuple[Judge, int]:
        state = package.SessionState(config or package.Config(), [run("baseline") for _ in range(5)])

        def judge(run: Runner) -> tuple[bool, int, float]:
            engine = state.engine(rng)
            while isinstance(step := engine.next(), str):
                engine.add(step, run(step))
            kept = step.decision == package.KEEP
            state.record(engine, kept)
            return kept, step.candidate_runs + step.baseline_runs, step.expected or 0.0

        return judge, 5

    return open_session


def single_runs(run: Runner, _rng: Random) -> tuple[Judge, int]:
    """One run, kept when it is better than the best so far."""
    best = [run("baseline")]

    def judge(run: Runner) -> tuple[bool, int, float]:
        value, before = run("candidate"), best[0]
        best[0] = min(best[0], value)
        return value < before, 1, (before - value) / before

    return judge, 1


def play(open_session: Callable[[Runner, Random], tuple[Judge, int]], setting: Setting, seed: str) -> Result:
    """One session on one machine."""
    tick = setting.model(setting.cv, Random(f"machine {seed}"))
    planned = effects(Random(f"effects {seed}"))
    level = [100.0]
    judge, runs = open_session(lambda _arm: level[0] * tick(), Random(f"rule {seed}"))
    true = claimed = 0.0
    commits = bogus = 0
    for effect in planned:
        kept, spent, claim = judge(lambda arm, e=effect: level[0] * (1 - e if arm == "candidate" else 1) * tick())  # type: ignore[misc]
        runs += spent
        if kept:
            level[0] *= 1 - effect
            commits, bogus = commits + 1, bogus + (effect <= 0)
            true, claimed = true - log1p(-effect), claimed - log1p(-min(claim, 0.99))
    oracle = -sum(log1p(-e) for e in planned if e > 0)
    return Result(true / oracle, commits, bogus, runs, -expm1(-claimed), -expm1(-true))


def average(results: list[Result]) -> Result:
    """Mean of many sessions, field by field."""
    n = len(results)
    return Result(*(sum(getattr(r, field) for r in results) / n for field in Result.__dataclass_fields__))
