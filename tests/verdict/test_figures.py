"""Calibration says how noisy a metric is; the confirmation's interval covers what it says."""

from __future__ import annotations

from random import Random

import pytest

from autoloop.verdict import Config, calibrate, confirm, detectable_effect, expected_runs


def test_calibration_finds_the_noise_of_one_run():
    found = []
    for seed in range(200):
        rng = Random(seed)
        found.append(calibrate([100 * (1 + 0.05 * rng.gauss(0, 1)) for _ in range(10)]).relative_noise)
    assert sum(found) / 200 == pytest.approx(0.05, rel=0.2)


def test_drift_is_told_apart_from_noise():
    steady = calibrate([100 + i for i in range(11)])
    assert steady.drift == pytest.approx(0.1, abs=0.01)
    assert steady.relative_noise < 0.01


def test_equal_samples_are_deterministic_from_three_on():
    assert calibrate([7, 7, 7]).deterministic
    assert not calibrate([7, 7]).deterministic
    with pytest.raises(ValueError, match="at least one"):
        calibrate([None, float("nan")])


def test_more_noise_hides_more_and_costs_more():
    quiet, loud = (calibrate([100 * (1 + cv * e) for e in (0.5, -1, 1, -0.4, 0.8, -0.9)]).noise for cv in (0.003, 0.05))
    assert detectable_effect(quiet, Config()) == Config().min_effect
    assert detectable_effect(loud, Config()) > 0.03
    assert expected_runs(quiet, Config()) < expected_runs(loud, Config()) <= 40


@pytest.mark.parametrize("pairs", [3, 8])
def test_the_interval_of_a_confirmation_covers_the_truth(pairs):
    covered = 0
    for seed in range(400):
        rng = Random(seed)
        base = [100 * rng.lognormvariate(0, 0.05) for _ in range(pairs)]
        tip = [90 * rng.lognormvariate(0, 0.05) for _ in range(pairs)]
        found = confirm(base, tip)
        covered += found.low <= 10 <= found.high
    assert 0.86 <= covered / 400 <= 0.96


def test_a_failed_run_leaves_its_pair_out():
    found = confirm([100, None, 100], [90, 50, float("nan")])
    assert (found.pairs, found.low, found.high) == (1, None, None)
    assert found.percent == pytest.approx(10)
    with pytest.raises(ValueError, match="complete pair"):
        confirm([None], [1.0])
