"""The same questions and the same runs give the verdicts that an independent implementation gave."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from autoloop import verdict
from autoloop.verdict import Config, Engine, Noise, Verdict

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "verdict"
CASES = json.loads((DATA / "answers.json").read_text())
LONG = json.loads((DATA / "sessions.json").read_text())
FORMULAS = {"A", "D", "c", "z_last", "sign", "unit"}
"""Constants of the other implementation's formulas; here they are where the formulas are."""
PLAIN = {"median_witness_pairs": 0, "sums_factor": 1.0, "shrinkage": 1.0}
"""Without what our rule has beyond the one it is held against."""

ARM = {"b": "baseline", "c": "candidate"}


def replay(case):
    noise = Noise(*case["noise"]) if case["noise"] else None
    engine = Engine(Config(**case["config"], **PLAIN), case["stored"], noise, rng=Random(case["seed"]))
    for letter, value in case["runs"]:
        assert engine.next() == ARM[letter]
        engine.add(ARM[letter], value)
    assert isinstance(engine.next(), Verdict)
    return engine


def known(figures):
    return [f for f in figures if f is not None]


@pytest.mark.parametrize("mode", ["interleaved", "pooled", "stored"])
def test_every_recorded_answer_is_given_again(mode):
    for case in (c for c in CASES if c["config"]["mode"] == mode):
        engine = replay(case)
        verdict = engine.verdict
        assert verdict.decision == case["decision"], case["seed"]
        figures = [verdict.estimate, verdict.expected, verdict.low, verdict.high, verdict.z]
        assert [f is None for f in figures] == [f is None for f in case["figures"]], case["seed"]
        assert known(figures) == pytest.approx(known(case["figures"]), rel=1e-9, abs=1e-12), case["seed"]
        if mode == "interleaved" and case["residual"]:
            assert engine.residual == pytest.approx(case["residual"], rel=1e-9, abs=1e-15), case["seed"]


def test_the_record_covers_what_it_is_for():
    assert {c["decision"] for c in CASES} == {"keep", "discard", "rerun"}
    kinds = Counter((c["config"]["mode"], c["config"]["direction"]) for c in CASES)
    assert len(kinds) == 6
    assert min(kinds.values()) >= 30
    stored = [v for c in CASES for v in c["stored"] if v is not None]
    assert min(stored) < 0 < max(stored)
    assert 0 in stored
    assert sum(any(v is None for _, v in c["runs"]) for c in CASES) >= 15


def driver():
    """The code that put the questions to the other implementation; it knows nothing but the public face."""
    spec = importlib.util.spec_from_file_location("record", ROOT / "bench" / "verdict" / "record.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def flat(found):
    """Numbers and words of a nested document, in order."""
    if isinstance(found, list | tuple):
        return [leaf for part in found for leaf in flat(part)]
    return [leaf for key in found for leaf in flat(found[key])] if isinstance(found, dict) else [found]


def close(ours, theirs):
    if isinstance(ours, float) and isinstance(theirs, float):
        return ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)
    return ours == theirs


def test_the_same_driver_gets_the_same_sessions_from_both():
    run = driver().session
    for case in LONG["sessions"]:
        ours, theirs = flat(run(verdict, case["index"], **PLAIN)), flat(case)
        wrong = [(a, b) for a, b in zip(ours, theirs, strict=True) if not close(a, b) and not worded(a, b)]
        assert not wrong, (case["index"], wrong[0])


def worded(ours, theirs):
    """The reasons are for people, each implementation has its own words."""
    return isinstance(ours, str) and isinstance(theirs, str) and " " in ours and " " in theirs


def test_whoever_drives_the_other_implementation_can_drive_ours():
    ours, theirs = driver().face(verdict), LONG["face"]
    for name, parameters in theirs["parameters"].items():
        assert ours["parameters"][name][: len(parameters)] == parameters, name
    assert set(theirs["engine"]) - set(ours["engine"]) == FORMULAS
    assert set(theirs["state"]) <= set(ours["state"])


def test_the_recorded_sessions_hold_every_mode_and_decision():
    assert {s["config"]["mode"] for s in LONG["sessions"]} == {"interleaved", "pooled", "stored"}
    assert {d["verdict"][0] for s in LONG["sessions"] for d in s["decisions"]} == {"keep", "discard", "rerun"}
