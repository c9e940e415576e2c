"""The same questions and the same runs give the verdicts that an independent implementation gave."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from autoloop.verdict import Config, Engine, Noise, Verdict

CASES = json.loads((Path(__file__).parents[1] / "data" / "verdict" / "answers.json").read_text())
PLAIN = {"median_witness_pairs": 0, "sums_factor": 1.0}
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
