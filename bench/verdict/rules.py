"""Our rule and the simple rules that others use, behind one face."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import erfc, sqrt
from random import Random
from statistics import mean, median, stdev

from simulate import Outcome, Rule, Runner

from autoloop.stats import t_to_z
from autoloop.verdict import Config, Engine, Verdict

MIN_EFFECT = 0.01
ONE_SIDED_5 = 1.645


def ours(config: Config | None = None) -> Rule:
    """The verdict engine of this project."""
    chosen = config or Config()

    def rule(stored: Sequence[float], run: Runner, rng: Random) -> Outcome:
        engine = Engine(chosen, stored, rng=rng)
        while not isinstance(step := engine.next(), Verdict):
            engine.add(step, run(step))
        return Outcome(step.decision == "keep", step.candidate_runs + step.baseline_runs, step.expected or 0.0)

    return rule


def gain(base: float, candidate: float) -> float:
    return (base - candidate) / base


def _better(statistic: Callable[[Sequence[float]], float], runs: int, margin: float) -> Rule:
    """A statistic of a few candidate runs against the same statistic of the stored ones."""

    def rule(stored: Sequence[float], run: Runner, _rng: Random) -> Outcome:
        found = gain(statistic(stored[:runs]), statistic([run("candidate") for _ in range(runs)]))
        return Outcome(found > 0 and found >= margin, runs, found)

    return rule


def mad_score(stored: Sequence[float], run: Runner, _rng: Random) -> Outcome:
    """One run; kept when it is better by one median absolute deviation of the stored samples."""
    level = median(stored)
    mad = median(abs(v - level) for v in stored)
    value = run("candidate")
    return Outcome(value < level and mad > 0 and (level - value) / mad >= 1, 1, gain(level, value))


def mann_whitney(stored: Sequence[float], run: Runner, _rng: Random) -> Outcome:
    """Ten runs against ten stored ones, one-sided 5 % (normal approximation), better by the minimum effect."""
    base = [*stored, *(run("baseline") for _ in range(10 - len(stored)))]
    cand = [run("candidate") for _ in range(10)]
    wins = sum((a > b) + 0.5 * (a == b) for a in base for b in cand)
    z = (wins - 50.5) / sqrt(100 * 21 / 12)
    found = gain(median(base), median(cand))
    return Outcome(0.5 * erfc(z / sqrt(2)) < 0.05 and found >= MIN_EFFECT, 10, found)


def paired_t(stored: Sequence[float], run: Runner, rng: Random) -> Outcome:
    """Ten pairs in random order, one-sided 5 %, better by the minimum effect."""
    del stored
    gains = [_pair(run, rng) for _ in range(10)]
    found = mean(gains)
    return Outcome(found >= MIN_EFFECT and _z(gains) >= ONE_SIDED_5, 20, found)


def group_sequential_t(stored: Sequence[float], run: Runner, rng: Random) -> Outcome:
    """Five looks at up to twenty random pairs: O'Brien-Fleming bounds of one-sided 5 %, given up when below zero.

    The constant is that of Jennison & Turnbull 2000, table 2.3, for five looks and 10 % two-sided.
    """
    del stored
    gains: list[float] = []
    for look in range(1, 6):
        gains += [_pair(run, rng) for _ in range(4)]
        found, z = mean(gains), _z(gains)
        if z >= 1.751 * sqrt(5 / look) and found >= MIN_EFFECT:
            return Outcome(True, 2 * len(gains), found)
        if z < 0:
            break
    return Outcome(False, 2 * len(gains), found)


def _pair(run: Runner, rng: Random) -> float:
    first, second = rng.sample(("baseline", "candidate"), 2)
    taken = {first: run(first), second: run(second)}
    return gain(taken["baseline"], taken["candidate"])


def _z(gains: Sequence[float]) -> float:
    """Their t value on the normal scale."""
    found, sd = mean(gains), stdev(gains)
    if sd == 0:
        return 9.0 if found > 0 else 0.0
    return t_to_z(found / sd * sqrt(len(gains)), len(gains) - 1)


SIMPLE: dict[str, Rule] = {
    "single run": _better(lambda x: x[0], 1, 0.0),
    "best of 3": _better(min, 3, 0.0),
    "median of 5, 1 %": _better(median, 5, MIN_EFFECT),
    "MAD score": mad_score,
    "Mann-Whitney, n = 10": mann_whitney,
    "paired t, n = 10": paired_t,
    "group-sequential t": group_sequential_t,
}
