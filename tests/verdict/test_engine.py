"""What a decision must never do, whatever the metric; and what a metric without noise costs."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoloop.verdict import Config, Engine, Noise, Verdict
from autoloop.verdict.evidence import Fit, agreement, pair_noise

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


def pairs_until_a_keep(config):
    """Every present run of the incumbent is slower than the stored ones; the candidate is as the incumbent was."""
    slow, usual = iter([130.0, 131.0, 129.5, 130.5] * 8), iter([100.2, 99.9, 100.4, 100.1] * 8)
    stored = [100.0, 101.0, 99.0, 100.5, 99.5]
    verdict = decide(config, stored, lambda arm: next(slow if arm == "baseline" else usual))
    assert verdict.decision == "keep"
    return verdict.candidate_runs


def test_a_gain_that_the_stored_samples_do_not_show_takes_two_more_pairs():
    assert pairs_until_a_keep(Config(median_witness_pairs=0)) == 4
    assert pairs_until_a_keep(Config()) == 6


@pytest.mark.parametrize("skewed", [False, True])
def test_the_second_try_adds_next_to_nothing_to_the_false_keeps(skewed):
    reruns = second_keeps = 0
    for seed in range(400):
        rng = Random(f"pair {seed}")

        def run(_, rng=rng):
            return 100 * (rng.lognormvariate(0, 0.05) if skewed else 1 + 0.05 * rng.gauss(0, 1))

        if decide(Config(), [run("") for _ in range(5)], run, seed).decision == "rerun":
            reruns += 1
            second = decide(Config().second_try(), [run("") for _ in range(5)], run, seed)
            second_keeps += second.decision == "keep"
    assert Config().second_try() == Config(alpha=0.025)
    assert 0 < reruns / 400 < 0.16
    assert second_keeps <= 400 * 0.08 * 0.05 + 3 * math.sqrt(400 * 0.08 * 0.05)


def test_the_sums_of_unrelated_pairs_double_what_is_known_of_the_noise():
    nothing = Noise(0.0, 0.0)
    assert pair_noise(nothing, Fit(0, ss=4, df=4, sums_ss=4, sums_df=4), 4) == Noise(1.0, 8.0)
    for strange in (0.01, 100.0):  # alternating runs, drifting runs
        assert pair_noise(nothing, Fit(0, ss=4, df=4, sums_ss=4 * strange, sums_df=4), 4) == Noise(1.0, 4.0)
    assert pair_noise(nothing, Fit(0, ss=4, df=4, sums_ss=4, sums_df=4), 1) == Noise(1.0, 4.0)
    assert 0 < agreement(1.0, 2.0, 4.0) == agreement(2.0, 1.0, 4.0) < 1


def test_less_is_claimed_than_was_seen_and_the_more_certain_the_nearer():
    shares = []
    for effect in (0.06, 0.2):
        noise = Random(3)

        def run(arm, effect=effect, noise=noise):
            return (100 if arm == "baseline" else 100 * (1 - effect)) * (1 + noise.gauss(0, 0.02))

        verdict = decide(Config(), [run("baseline") for _ in range(5)], run)
        assert verdict.decision == "keep"
        shares.append(verdict.expected / verdict.estimate)
    assert 0.5 < shares[0] < shares[1] < 1
