"""Records what an independent implementation of the rule decides: ``python bench/verdict/record.py REFERENCE.py``.

The reference is a module with ``Config``, ``Engine``, ``Verdict`` and ``Noise`` of the same protocol as
``autoloop.verdict``. Random questions (three modes, both directions, positive, zero and negative metrics, coarse
timers, outliers, failed runs, learnt noise) are put to it; ``tests/data/verdict/answers.json`` keeps each question, the
seed of the order, every run it asked for with the value it was told (null: the run failed), and its verdict.
``sessions.json`` beside it keeps whole sessions, what the session state held after each decision, and the reference's
public face: the parameters of its classes and the attributes that can be read.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import sys
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

ANSWERS = Path(__file__).resolve().parents[2] / "tests" / "data" / "verdict" / "answers.json"
SESSIONS = ANSWERS.with_name("sessions.json")
CASES, LONG = 420, 30
CLASSES = ("Config", "Noise", "Verdict", "Engine", "SessionState")
FIGURES = ("estimate", "expected", "low", "high", "z")


def load(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules["reference"] = module
    spec.loader.exec_module(module)
    return module


def question(rng: Random) -> dict[str, Any]:
    return {
        "direction": rng.choice(("lower", "higher")),
        "mode": rng.choice(("interleaved", "interleaved", "pooled", "stored")),
        "alpha": rng.choice((0.05, 0.05, 0.01, 0.1)),
        "max_pairs": rng.choice((20, 20, 10, 3, 1)),
        "min_effect_abs": rng.choice((None, None, None, 0.5)),
    }


class Machine:
    """Runs of both arms; ``kind``: plain, outliers, coarse timer, zeros, failures."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.level = rng.choice((100.0, 100.0, 1.0, -20.0, 0.0, 1e-6))
        self.effect = rng.choice((0.0, 0.0, 0.02, 0.05, 0.1, -0.05, 0.5))
        self.cv = rng.choice((0.0, 0.001, 0.005, 0.02, 0.05, 0.15))
        self.kind = rng.choice(("plain", "outliers", "coarse", "zeros", "failures"))

    def run(self, arm: str) -> float | None:
        rng, size = self.rng, abs(self.level) or 1.0
        value = self.level * (1 - self.effect if arm == "candidate" else 1) + size * self.cv * rng.gauss(0, 1)
        if self.kind == "failures" and rng.random() < 0.06:
            return None
        if self.kind == "zeros" and rng.random() < 0.03:
            return 0.0
        if self.kind == "outliers" and rng.random() < 0.1:
            value *= 3
        digits = 3 if self.kind == "coarse" else 7
        return float(f"{value:.{digits}g}")


def answer(reference: ModuleType, index: int) -> dict[str, Any] | None:
    """One case, or None when no stored sample is usable."""
    rng = Random(f"case {index}")
    asked, machine = question(rng), Machine(rng)
    stored = [machine.run("baseline") for _ in range(rng.choice((1, 2, 3, 5, 8)))]
    if all(value is None for value in stored):
        return None
    noise = [(2 * machine.cv**2 or 1e-6), rng.uniform(1, 12)] if rng.random() < 0.3 else None
    known = reference.Noise(*noise) if noise else None
    engine = reference.Engine(reference.Config(**asked), stored, noise=known, rng=Random(index))
    runs: list[tuple[str, float | None]] = []
    while not isinstance(step := engine.next(), reference.Verdict):
        runs.append((step[0], machine.run(step)))
        engine.add(step, runs[-1][1])
    return {
        "config": asked,
        "seed": index,
        "stored": stored,
        "noise": noise,
        "runs": runs,
        "decision": step.decision,
        "figures": [getattr(step, name) for name in FIGURES],
        "residual": engine.residual,
    }


def session(rules: ModuleType, index: int, **extra: float) -> dict[str, Any]:
    """Eight decisions in a row, driven through the public face only."""
    rng = Random(f"session {index}")
    asked, machine = question(rng), Machine(rng)
    asked["max_pairs"] = 20
    first = [value for value in (machine.run("baseline") for _ in range(12)) if value is not None][:5]
    state = rules.SessionState(rules.Config(**asked, **extra), first)
    decisions = []
    for number in range(8):
        machine.effect = rng.choice((0.0, 0.0, 0.05, 0.3, -0.1))
        engine = state.engine(Random(f"{index} {number}"))
        while not isinstance(step := engine.next(), rules.Verdict):
            engine.add(step, machine.run(step))
        state.record(engine, step.decision == rules.KEEP)
        if step.decision == rules.KEEP:
            machine.level *= 1 - machine.effect
            if state.wants_fresh_samples:
                state.samples = [value for value in (machine.run("baseline") for _ in range(12)) if value is not None][
                    :5
                ]
        noise = state.noise and [state.noise.var, state.noise.nu]
        told = [step.decision, step.estimate, step.expected, step.low, step.high, step.z]
        told += [step.reason, step.caveat, step.candidate_runs, step.baseline_runs]
        decisions.append({"verdict": told, "samples": state.samples, "noise": noise, "exact": state.deterministic})
    return {"index": index, "config": asked, "decisions": decisions}


def face(rules: ModuleType) -> dict[str, Any]:
    """Parameters of the classes with their defaults, and the attributes of an engine and a session state."""
    engine = rules.SessionState(rules.Config(), [1.0, 1.1, 0.9]).engine(Random(1))
    shapes = {name: inspect.signature(getattr(rules, name)).parameters.values() for name in CLASSES}
    return {
        "parameters": {
            name: [[p.name, None if p.default is p.empty else p.default] for p in found]
            for name, found in shapes.items()
        },
        "engine": sorted(name for name in dir(engine) if not name.startswith("_")),
        "state": sorted(name for name in dir(rules.SessionState(rules.Config(), [1.0])) if not name.startswith("_")),
    }


def main(path: str) -> None:
    reference = load(path)
    long = {"face": face(reference), "sessions": [session(reference, index) for index in range(LONG)]}
    SESSIONS.write_text(json.dumps(long, separators=(",", ":")).replace('},{"index"', '},\n{"index"') + "\n")
    cases = [case for index in range(CASES) if (case := answer(reference, index))]
    ANSWERS.write_text(json.dumps(cases, separators=(",", ":")).replace('},{"config"', '},\n{"config"') + "\n")
    print(f"{len(cases)} cases, {ANSWERS.stat().st_size} bytes: {ANSWERS.name}")


if __name__ == "__main__":
    main(sys.argv[1])
