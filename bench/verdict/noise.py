"""Noise models: what a benchmark on a real machine does to a number.

A model is a function ``(cv, rng) -> tick``; every call of ``tick()`` is one run and answers the factor by which the
machine spoiled it. Both arms draw from the same tick, so that drift, steps and alternation hit whoever runs then.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from math import cos, exp, pi, sqrt
from pathlib import Path
from random import Random

Tick = Callable[[], float]
Model = Callable[[float, Random], Tick]

TRACES: dict[str, list[float]] = json.loads(Path(__file__).with_name("traces.json").read_text())
"""Wall times in milliseconds of commands on a shared two-processor machine, in the order they were run.

Those that end in ``_busy`` were recorded with about ten times as much other work as the machine has processors.
"""


def deterministic(_cv: float, _rng: Random) -> Tick:
    return lambda: 1.0


def gaussian(cv: float, rng: Random) -> Tick:
    return lambda: max(0.05, 1 + cv * rng.gauss(0, 1))


def lognormal(cv: float, rng: Random) -> Tick:
    """Skewed to the right, as times are."""
    return lambda: 1 + cv * (exp(0.75 * rng.gauss(0, 1)) - 1.32) / 1.15


def exponential(cv: float, rng: Random) -> Tick:
    """A hard minimum, and everything above it."""
    return lambda: 1 + cv * rng.expovariate(1)


def outliers(cv: float, rng: Random) -> Tick:
    """One run in twelve is disturbed by up to twelve standard deviations."""
    return lambda: 1 + cv * (rng.gauss(0, 1) * 0.7 + (rng.uniform(2, 12) if rng.random() < 1 / 12 else 0))


def bimodal(cv: float, rng: Random) -> Tick:
    """Two states of the machine, picked afresh for every run."""
    return lambda: 1 + cv * (rng.choice((-1, 1)) * 0.9 + 0.4 * rng.gauss(0, 1))


def drift(cv: float, rng: Random) -> Tick:
    """The machine slows down (or up) steadily by a quarter of a standard deviation per run."""
    slope, clock = rng.choice((-1, 1)) * 0.25 * cv, [0]

    def tick() -> float:
        clock[0] += 1
        return exp(slope * clock[0] + 0.6 * cv * rng.gauss(0, 1))

    return tick


def wave(cv: float, rng: Random) -> Tick:
    """Slow periodic disturbance of random period and phase."""
    period, phase, clock = rng.uniform(5, 60), rng.uniform(0, 2 * pi), [0]

    def tick() -> float:
        clock[0] += 1
        return 1 + cv * (1.1 * cos(phase + 2 * pi * clock[0] / period) + 0.6 * rng.gauss(0, 1))

    return tick


def steps(cv: float, rng: Random) -> Tick:
    """The level jumps to another one every dozen runs or so."""
    level = [rng.gauss(0, 1.5)]

    def tick() -> float:
        if rng.random() < 1 / 12:
            level[0] = rng.gauss(0, 1.5)
        return 1 + cv * (level[0] + 0.6 * rng.gauss(0, 1)) / 1.6

    return tick


def _autocorrelated(rho: float) -> Model:
    def model(cv: float, rng: Random) -> Tick:
        state = [rng.gauss(0, 1)]

        def tick() -> float:
            state[0] = rho * state[0] + sqrt(1 - rho * rho) * rng.gauss(0, 1)
            return max(0.05, 1 + cv * state[0])

        return tick

    return model


def bursts(cv: float, rng: Random) -> Tick:
    """Now and then another process takes the machine for a few runs."""
    left = [0]

    def tick() -> float:
        if left[0]:
            left[0] -= 1
        elif rng.random() < 0.03:
            left[0] = rng.randint(2, 6)
        return 1 + cv * (0.7 * rng.gauss(0, 1) + (rng.uniform(2, 8) if left[0] else 0))

    return tick


def quantised(cv: float, rng: Random) -> Tick:
    """A coarse timer: steps of one standard deviation."""
    step = cv or 1.0
    return lambda: max(step, round((1 + cv * rng.gauss(0, 1)) / step) * step)


def alternating(cv: float, rng: Random) -> Tick:
    """Every second run is slower, in stretches, as on two unequal processors."""
    sign, active = [rng.choice((-1, 1))], [True]

    def tick() -> float:
        sign[0] = -sign[0]
        if rng.random() < 0.03:
            active[0] = not active[0]
        return 1 + cv * ((1.2 * sign[0] if active[0] else 0) + 0.5 * rng.gauss(0, 1))

    return tick


def changing(cv: float, rng: Random) -> Tick:
    """Quiet and noisy phases."""
    sd = [rng.choice((0.4, 1.5))]

    def tick() -> float:
        if rng.random() < 0.06:
            sd[0] = rng.choice((0.4, 1.5))
        return max(0.05, 1 + cv * sd[0] * rng.gauss(0, 1))

    return tick


def heavy_tails(cv: float, rng: Random) -> Tick:
    """Student's t with three degrees of freedom, both tails."""

    def tick() -> float:
        chi2 = sum(rng.gauss(0, 1) ** 2 for _ in range(3))
        return max(0.05, 1 + cv * 0.6 * rng.gauss(0, 1) / sqrt(chi2 / 3))

    return tick


def _trace(name: str) -> Model:
    """A recorded series, entered at a random place and read in a circle; ``cv`` is ignored."""

    def model(_cv: float, rng: Random) -> Tick:
        series = TRACES[name]
        clock = [rng.randrange(len(series))]

        def tick() -> float:
            clock[0] = (clock[0] + 1) % len(series)
            return series[clock[0]]

        return tick

    return model


MODELS: dict[str, Model] = {
    "gaussian": gaussian,
    "lognormal": lognormal,
    "exponential": exponential,
    "outliers": outliers,
    "bimodal": bimodal,
    "drift": drift,
    "wave": wave,
    "steps": steps,
    "autocorrelated": _autocorrelated(0.6),
    "strongly autocorrelated": _autocorrelated(0.85),
    "bursts": bursts,
    "quantised": quantised,
    "alternating": alternating,
    "changing": changing,
    "heavy tails": heavy_tails,
}

REAL: dict[str, Model] = {f"trace {name}": _trace(name) for name in TRACES if not name.endswith("_busy")}

BUSY: dict[str, Model] = {f"trace {name}": _trace(name) for name in TRACES if name.endswith("_busy")}
