"""The ledger: what was used, what is left, and when it is enough."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoloop import budget
from autoloop.budget import Line, closed, elapsed, ledger, opened, reached, target_value, time_reached
from autoloop.model import Limits, Session, Spent

LOWER, HIGHER = "lower_is_better", "higher_is_better"
replace = msgspec.structs.replace


def session(spent=None, begun=1000.0, **limits):
    return Session(id=1, name="s", opened=begun, base_commit="c", limits=Limits(**limits), spent=spent or Spent())


def codes(found):
    return [reason.code for reason in found]


LIMITS = {
    "experiments": (5, Spent(experiments=4), Spent(experiments=5)),
    "eval_time": (60.0, Spent(eval_time=59.9), Spent(eval_time=60.0)),
    "tokens": (1000, Spent(tokens=999), Spent(tokens=1000)),
    "usd": (2.0, Spent(usd=1.99), Spent(usd=2.0)),
    "failures": (3, Spent(failures=2), Spent(failures=3)),
    "plateau": (4, Spent(plateau=3), Spent(plateau=4)),
}
DURING = {"time", "eval_time", "tokens", "usd"}


@pytest.mark.parametrize("name", LIMITS)
def test_each_limit_is_reached_exactly_at_its_value(name):
    limit, almost, full = LIMITS[name]
    assert reached(session(almost, **{name: limit}), 1000.0, None, LOWER) == ()
    (reason,) = reached(session(full, **{name: limit}), 1000.0, None, LOWER)
    assert (reason.code, reason.exit) == (f"budget_{name}", 6)
    assert reason.why
    assert reason.fix == "autoloop session end"


@pytest.mark.parametrize("name", LIMITS)
def test_only_running_costs_stop_the_experiment_in_hand(name):
    limit, _, full = LIMITS[name]
    assert codes(time_reached(session(full, **{name: limit}), 1000.0)) == [f"budget_{name}"] * (name in DURING)


@pytest.mark.parametrize(("now", "over"), [(1000.0, False), (1099.9, False), (1100.0, True), (9999.0, True)])
def test_wall_time_runs_from_the_beginning_of_the_session(now, over):
    asked = session(time=100.0)
    assert codes(reached(asked, now, None, LOWER)) == ["budget_time"] * over
    assert codes(time_reached(asked, now)) == ["budget_time"] * over


def test_a_clock_that_goes_backwards_takes_and_gives_nothing():
    asked = session(time=100.0)
    assert elapsed(asked, 10.0) == 0.0
    assert reached(asked, 10.0, None, LOWER) == ()
    assert ledger(asked, 10.0)["time"] == Line(100.0, 0.0, 100.0)


def test_a_closed_session_grows_no_older():
    assert elapsed(replace(session(), closed=1030.0), 9999.0) == 30.0


def test_without_a_session_or_limits_nothing_is_reached():
    used = Spent(experiments=99, eval_time=1e9, tokens=10**9, usd=1e9, failures=99, plateau=99)
    assert reached(session(used), 1e12, 0.0, LOWER) == ()
    assert reached(None, 0.0, 1.0, LOWER) == time_reached(None, 0.0) == ()
    assert ledger(None, 0.0) == {}


def test_unknown_usage_is_neither_nothing_nor_too_much():
    asked = session(Spent(tokens=None, usd=None), tokens=10, usd=1.0)
    assert reached(asked, 1000.0, None, LOWER) == ()
    lines = ledger(asked, 1000.0)
    assert lines["tokens"] == Line(10, None, None)
    assert lines["usd"] == Line(1.0, None, None)


@pytest.mark.parametrize(
    ("direction", "value", "there"),
    [
        (LOWER, 50.1, False),
        (LOWER, 50.0, True),
        (LOWER, 10.0, True),
        (HIGHER, 49.9, False),
        (HIGHER, 50.0, True),
        (HIGHER, 90.0, True),
    ],
)
def test_the_target_is_reached_from_the_right_side(direction, value, there):
    assert codes(reached(session(target=50.0), 1000.0, value, direction)) == ["budget_target"] * there


def test_a_target_without_a_value_is_not_reached():
    assert reached(session(target=50.0), 1000.0, None, LOWER) == ()
    assert codes(reached(session(target=0.0), 1000.0, 0.0, LOWER)) == ["budget_target"]


def test_every_limit_that_is_reached_is_named():
    used = Spent(experiments=5, eval_time=60.0, tokens=1000, usd=2.0, failures=3, plateau=4)
    asked = session(used, time=1.0, target=5.0, **{name: limit for name, (limit, *_) in LIMITS.items()})
    names = ["time", "eval_time", "tokens", "usd", "experiments", "failures", "plateau", "target"]
    assert codes(reached(asked, 1001.0, 5.0, LOWER)) == [f"budget_{name}" for name in names]


@pytest.mark.parametrize(
    ("spent", "limits", "why"),
    [
        (Spent(experiments=5), {"experiments": 5}, "experiments: 5 of at most 5"),
        (Spent(), {"time": 60.0}, "wall time: 1m 30s of at most 1m"),
        (Spent(eval_time=7322.0), {"eval_time": 7200.0}, "eval time: 2h 2m of at most 2h"),
        (Spent(tokens=1_234_567), {"tokens": 1_000_000}, "tokens: 1,234,567 of at most 1,000,000"),
        (Spent(usd=2.5), {"usd": 2.0}, "dollars: 2.5 of at most 2"),
        (Spent(failures=2), {"failures": 2}, "failures in a row: 2 of at most 2"),
        (Spent(plateau=3), {"plateau": 3}, "experiments in a row without a win: 3 of at most 3"),
        (Spent(), {"target": 12345678.0}, "the target 12,345,678 is reached: 12,345,670"),
    ],
)
def test_reasons_are_written_for_people(spent, limits, why):
    (reason,) = reached(session(spent, **limits), 1090.0, 12345670.0, LOWER)
    assert reason.why == why


def test_after_wins_the_way_on_is_to_finalize():
    won = replace(session(Spent(experiments=5), experiments=5), wins=(2,))
    (reason,) = reached(won, 1000.0, None, LOWER)
    assert reason.fix.startswith("autoloop finalize")


# --- what the envelope shows


def test_the_ledger_shows_experiments_time_and_whatever_is_limited():
    asked = session(Spent(experiments=2, eval_time=1.23456, tokens=7), experiments=5, tokens=100, plateau=3)
    assert ledger(asked, 1010.5) == {
        "experiments": Line(5, 2, 3),
        "time": Line(None, 10.5, None),
        "tokens": Line(100, 7, 93),
        "plateau": Line(3, 0, 3),
    }
    assert ledger(session(Spent(eval_time=1.23456), eval_time=2.0), 1000.0)["eval_time"] == Line(2.0, 1.235, 0.765)


def test_the_ledger_says_how_far_the_target_is():
    asked = session(Spent(), target=35.0)
    assert ledger(asked, 1000.0, 50.0)["target"] == Line(35.0, 50.0, 15.0)
    assert ledger(asked, 1000.0, 30.0)["target"] == Line(35.0, 30.0, 0.0)
    assert ledger(asked, 1000.0, 30.0, "higher_is_better")["target"] == Line(35.0, 30.0, 5.0)
    assert ledger(asked, 1000.0)["target"] == Line(35.0, None, None)


def test_nothing_is_left_below_zero():
    assert ledger(session(Spent(experiments=7), experiments=5), 1000.0)["experiments"] == Line(5, 7, 0)


def test_a_line_says_null_for_the_unknown():
    assert msgspec.json.encode(Line(10, None, None)) == b'{"limit":10,"spent":null,"left":null}'


# --- arithmetic


def test_an_experiment_counts_when_it_begins():
    assert opened(Spent(experiments=2, plateau=1)) == Spent(experiments=3, plateau=1)


@pytest.mark.parametrize(
    ("kept", "crashed", "failures", "plateau"),
    [(True, False, 0, 0), (False, False, 0, 3), (False, True, 2, 3)],
)
def test_how_an_experiment_ends_counts(kept, crashed, failures, plateau):
    before = Spent(experiments=4, eval_time=5.0, failures=1, plateau=2)
    after = closed(before, kept=kept, crashed=crashed)
    assert after == Spent(experiments=4, eval_time=5.0, failures=failures, plateau=plateau)


@given(st.integers(1, 20), st.lists(st.sampled_from(["kept", "discarded", "crashed"]), max_size=40))
def test_no_sequence_of_endings_exceeds_the_number_of_experiments(most, endings):
    asked = session(experiments=most)
    for ending in endings:
        if reached(asked, 1000.0, None, LOWER):
            break
        spent = closed(opened(asked.spent), kept=ending == "kept", crashed=ending == "crashed")
        asked = replace(asked, spent=spent)
    assert asked.spent.experiments == min(most, len(endings))


@pytest.mark.parametrize(
    ("target", "baseline", "direction", "value"),
    [
        (35, 100.0, LOWER, 35.0),
        (35.5, 100.0, HIGHER, 35.5),
        ("35", 100.0, LOWER, 35.0),
        (" -2e3 ", 100.0, LOWER, -2000.0),
        ("20%", 100.0, LOWER, 80.0),
        ("20%", 100.0, HIGHER, 120.0),
        ("-20%", 100.0, LOWER, 80.0),
        ("-20 %", 100.0, HIGHER, 120.0),
        ("20%", -100.0, LOWER, -120.0),
        ("20%", -100.0, HIGHER, -80.0),
        ("0%", 100.0, LOWER, 100.0),
        ("10%", 0.0, HIGHER, 0.0),
    ],
)
def test_a_target_is_a_value_or_a_gain(target, baseline, direction, value):
    assert target_value(target, baseline, direction) == pytest.approx(value)


@pytest.mark.parametrize("target", ["", "fast", "%", "20%%", "5ms", "nan", "inf", "nan%", math.nan, math.inf, "1e999"])
def test_anything_else_is_no_target(target):
    with pytest.raises(ValueError, match="neither a number nor a percentage"):
        target_value(target, 100.0, LOWER)


@given(st.floats(-1e9, 1e9), st.floats(0, 500), st.sampled_from([LOWER, HIGHER]))
def test_a_gain_is_never_a_loss(baseline, percent, direction):
    value = target_value(f"{percent}%", baseline, direction)
    assert value <= baseline if direction == LOWER else value >= baseline


def test_the_ledger_and_the_guards_agree():
    for name, (limit, almost, full) in LIMITS.items():
        assert ledger(session(almost, **{name: limit}), 1000.0)[name].left > 0
        assert ledger(session(full, **{name: limit}), 1000.0)[name].left == 0
    assert budget.ledger(session(time=5.0), 1005.0)["time"].left == 0
