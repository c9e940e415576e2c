"""Advice: what earlier experiments say about an idea."""

from __future__ import annotations

import msgspec
import pytest
from learn_histories import broken, experiment

from autoloop.similarity import advise, ending, why

IDEA = "Memoise the token lookups"
SAID = "Cache token lookups"
NEAR = "Memoize token lookups"


def test_a_new_idea_may_proceed():
    found = advise(IDEA, (), [experiment(1, "Compress responses with gzip", percent=-3.0)])
    assert (found.advice, found.reasons, found.matches) == ("proceed", (), ())
    assert advise(IDEA, (), []).advice == "proceed"
    assert advise("", (), [experiment(1, "", percent=1.0)]).advice == "proceed"


def test_one_failure_of_a_like_idea_is_a_caution_with_its_reason():
    found = advise(IDEA, (), [experiment(4, "Cache all token and type lookups", percent=0.2)])
    assert found.advice == "caution"
    assert "#4" in found.reasons[0]
    assert "no gain to be seen" in found.reasons[0]
    (match,) = found.matches
    assert (match.experiment, match.status, match.description) == (4, "discarded", "Cache all token and type lookups")
    assert 0.5 <= match.score < 0.9


def test_nearly_the_same_on_unchanged_code_is_to_be_avoided():
    found = advise(IDEA, (), [broken(4, NEAR)])
    assert found.advice == "avoid"
    assert "#4" in found.reasons[0]
    assert "guardrail tests failed" in found.reasons[0]


def test_nearly_the_same_on_code_that_has_changed_is_a_caution():
    history = [
        experiment(4, NEAR, percent=0.1, paths=("lexer.py",)),
        experiment(5, "Sort symbols beforehand", "keep", 9.0, paths=("lexer.py", "x.py")),
    ]
    found = advise(IDEA, (), history)
    assert found.advice == "caution"
    assert "changed since (#5)" in found.reasons[0]


def test_a_win_elsewhere_has_not_changed_the_code():
    history = [
        experiment(4, NEAR, percent=0.1, paths=("lexer.py",)),
        experiment(5, "Sort symbols beforehand", "keep", 9.0, paths=("symbols.py",)),
    ]
    assert advise(IDEA, (), history).advice == "avoid"


def test_two_failures_are_enough_even_when_the_code_has_changed():
    history = [
        experiment(1, SAID, percent=0.1),
        experiment(2, "Sort symbols beforehand", "keep", 9.0),
        experiment(3, NEAR, "crash", reasons=("eval failed: MemoryError",)),
        experiment(4, "Compress responses", "keep", 5.0),
    ]
    found = advise(IDEA, (), history)
    assert found.advice == "avoid"
    assert "failed 2 times: #1, #3" in found.reasons[0]
    assert "MemoryError" in found.reasons[0]


def test_what_is_already_in_is_a_caution():
    found = advise(IDEA, (), [experiment(2, SAID, "keep", 12.0)])
    assert found.advice == "caution"
    assert "already in: +12.0 % (+11.0 to +13.0)" in found.reasons[0]


def test_failures_before_the_idea_worked_do_not_count():
    history = [broken(1, SAID), broken(2, NEAR), experiment(3, SAID, "keep", 12.0)]
    assert advise(IDEA, (), history).advice == "caution"
    again = [*history, experiment(4, NEAR, percent=0.0)]
    assert advise(IDEA, (), again).advice == "avoid"


def test_the_order_of_the_history_does_not_matter():
    history = [broken(1, SAID), broken(2, NEAR), experiment(3, SAID, "keep", 12.0)]
    assert advise(IDEA, (), history[::-1]) == advise(IDEA, (), history)


@pytest.mark.parametrize(
    ("decision", "advice", "told"),
    [("rerun", "caution", "not decided"), ("keep", "caution", "set aside"), (None, "proceed", "given up before")],
)
def test_what_was_not_refuted_does_not_forbid(decision, advice, told):
    history = [experiment(n, SAID, decision, 2.0, status="discarded") for n in (1, 2)]
    found = advise(IDEA, (), history)
    assert found.advice == advice
    assert told in found.reasons[0]


def test_an_open_experiment_is_not_history():
    assert advise(IDEA, (), [experiment(1, IDEA, None, status="open")]).matches == ()


def test_paths_tell_the_same_words_about_other_places_apart():
    history = [experiment(1, SAID, percent=0.0, paths=("lexer.py",))]
    here = advise(IDEA, ("lexer.py",), history)
    elsewhere = advise(IDEA, ("server.py",), history)
    assert (here.advice, elsewhere.advice) == ("avoid", "caution")
    assert here.matches[0].score > elsewhere.matches[0].score


def test_an_equal_diff_is_an_equal_idea_whatever_it_is_called():
    diff = "+++ b/x.py\n+@lru_cache\n-def f(x):\n"
    history = [experiment(1, "Something or other", percent=-2.0)]
    found = advise("Quite another thing", (), history, diff=diff, diffs={1: diff})
    assert found.advice == "avoid"
    assert advise("Quite another thing", (), history, diff=diff).advice == "proceed"


def test_answers_are_short_however_long_the_history():
    history = [broken(n, f"{SAID} in module {n}", why="x" * 5000) for n in range(1, 200)]
    found = advise(IDEA, (), history)
    assert found.advice == "avoid"
    assert len(msgspec.json.encode(found)) < 4000


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (experiment(1, "a", None, status="open"), "open"),
        (experiment(1, "a", "keep", 5.0), "kept"),
        (experiment(1, "a", "keep", 5.0, status="discarded"), "set aside"),
        (experiment(1, "a", "rerun", 5.0), "undecided"),
        (experiment(1, "a", "crash"), "crash"),
        (experiment(1, "a", "crash", status="discarded"), "crash"),
        (experiment(1, "a", None), "unmeasured"),
        (experiment(1, "a", percent=0.3), "no gain"),
        (experiment(1, "a", percent=-0.3), "no gain"),
        (experiment(1, "a", percent=-5.0), "worse"),
        (broken(1, "a", 5.0), "guardrail"),
        (experiment(1, "a", failures=("out_of_scope",)), "scope"),
        (experiment(1, "a", failures=("out_of_scope", "harness_changed")), "harness"),
    ],
)
def test_every_ending_has_a_name(case, expected):
    assert ending(case) == expected


def test_a_measurement_that_was_cut_short_leaves_the_earlier_one_standing():
    measured = experiment(1, "a", "rerun", 3.0)
    cut = msgspec.structs.replace(measured, evaluation=None, earlier=(measured.evaluation,))
    assert ending(cut) == "undecided"


def test_the_users_own_reason_goes_first():
    assert why(broken(1, "a", reason="too\nugly")) == "too ugly; guardrail tests failed: 2 tests failed"
    said = "guardrail tests failed: 2 tests failed"
    assert why(broken(1, "a", reason=said)) == said
