"""What a decision must never do, whatever the metric; and what a metric without noise costs."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoloop.verdict import Config, Engine, Verdict

ANY = st.one_of(
    st.none(), st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([0.0, -1.0, 1.0, 1000.0, 1e-300, 1e300])
)
CONFIGS = st.builds(
    Config,
    direction=st.sampled_from(["lower", "higher"]),
    mode=st.sampled_from(["interleaved", "pooled", "stored"]),
    max_pairs=st.sampled_from([1, 2, 5, 20]),
    min_effect_abs=st.sampled_from([None, 0.5]),
)


def decide(config, stored, run, seed=1):
    engine = Engine(config, stored, rng=Random(seed))
    while not isinstance(step := engine.next(), Verdict):
        engine.add(step, run(step))
    return step


@settings(max_examples=150, deadline=None)
@given(CONFIGS, st.lists(ANY, min_size=1, max_size=8), st.lists(ANY, min_size=1, max_size=12))
def test_no_metric_breaks_a_decision(config, stored, values):
    if not any(v is not None and math.isfinite(v) for v in stored):
        with pytest.raises(ValueError, match="baseline sample"):
            Engine(config, stored)
        return
    stream = iter(values * 40)
    verdict = decide(config, stored, lambda _: next(stream))
    assert verdict.decision in {"keep", "discard", "rerun"}
    assert verdict.candidate_runs <= config.max_pairs + 2
    assert verdict.baseline_runs <= config.max_pairs + 2


@settings(max_examples=60, deadline=None)
@given(CONFIGS, st.floats(-1e6, 1e6), st.integers(1, 8))
def test_a_constant_metric_is_never_an_improvement(config, value, samples):
    assert decide(config, [value] * samples, lambda _: value).decision != "keep"


@pytest.mark.parametrize("value", [100.0, -100.0, 0.0])
@pytest.mark.parametrize("direction", ["lower", "higher"])
def test_a_worse_candidate_is_never_kept(value, direction):
    worse = value + (50 if direction == "lower" else -50)
    for seed in range(20):
        noise = Random(seed)

        def run(arm, noise=noise):
            return (worse if arm == "candidate" else value) + noise.gauss(0, 2)

        stored = [run("baseline") for _ in range(5)]
        assert decide(Config(direction=direction), stored, run, seed).decision != "keep"


def test_sign_changes_and_jumps_by_a_thousand_are_not_evidence():
    kept = 0
    for seed in range(200):
        noise = Random(seed)

        def run(_, noise=noise):
            return noise.choice((-1, 1)) * noise.choice((1, 1000)) * noise.uniform(1, 2)

        kept += decide(Config(), [run("") for _ in range(5)], run, seed).decision == "keep"
    assert kept <= 200 * 0.05 + 3 * math.sqrt(200 * 0.05)


@pytest.mark.parametrize(
    ("effect", "decision", "runs"), [(0.0, "discard", 1), (-0.1, "discard", 1), (0.01, "keep", 2), (0.3, "keep", 2)]
)
@pytest.mark.parametrize("direction", ["lower", "higher"])
def test_a_metric_without_noise_takes_two_runs_at_most(direction, effect, decision, runs):
    value = 64.0 * (1 - effect if direction == "lower" else 1 + effect)
    verdict = decide(Config(direction=direction), [64.0] * 3, lambda _: value)
    assert (verdict.decision, verdict.candidate_runs, verdict.baseline_runs) == (decision, runs, 0)


def test_one_failed_candidate_run_is_repeated_and_a_second_one_discards():
    stored = [100.0, 101.0, 99.0, 100.5, 99.5]
    values = {"baseline": iter([100.2, 99.8] * 20), "candidate": iter([None, *([80.1, 79.9] * 20)])}
    kept = decide(Config(), stored, lambda arm: next(values[arm]))
    assert kept.decision == "keep"
    failing = decide(Config(), stored, lambda arm: None if arm == "candidate" else 100.0)
    assert (failing.decision, failing.candidate_runs) == ("discard", 2)
    broken = decide(Config(), stored, lambda arm: None if arm == "baseline" else 80.0)
    assert (broken.decision, broken.baseline_runs) == ("rerun", 2)


def test_bursts_in_the_incumbents_runs_wait_for_a_witness():
    """Half of four pairs hit by a burst looks like a gain; the stored samples know better."""
    stored = [100.0, 101.0, 99.0, 100.5, 99.5]
    engine = Engine(Config(k_lower=-99.0), stored, rng=Random(1))
    base, cand = iter([130.0, 131.0, 129.5, 130.5, 130.2]), iter([100.2, 99.9, 100.4, 100.1, 99.8])
    while not isinstance(step := engine.next(), Verdict) and len(engine.raw["candidate"]) < 5:
        engine.add(step, next(base if step == "baseline" else cand))
    assert not isinstance(step, Verdict)


def rate_of_pairs(run_of):
    kept = 0
    for seed in range(400):
        run = run_of(Random(seed))
        for config in (Config(), Config().second_try()):
            decision = decide(config, [run("") for _ in range(5)], run, seed).decision
            kept += decision == "keep"
            if decision != "rerun":
                break
    return kept / 400


@pytest.mark.parametrize("skewed", [False, True])
def test_a_pair_of_tries_stays_within_alpha(skewed):
    def run_of(rng):
        return lambda _: 100 * (rng.lognormvariate(0, 0.05) if skewed else 1 + 0.05 * rng.gauss(0, 1))

    assert Config().second_try().alpha == 0.025
    assert rate_of_pairs(run_of) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 400)
