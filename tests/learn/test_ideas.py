"""The list of ideas: a Markdown file that the program and its user edit side by side."""

from __future__ import annotations

import pytest
from learn_histories import experiment

from autoloop import ideas


def test_the_first_idea_makes_the_file():
    text = ideas.added("", "  intern the\ntokens ")
    assert text.startswith("# Ideas\n")
    assert text.endswith("\n\n- intern the tokens\n")
    assert ideas.listed(text) == ("intern the tokens",)


def test_what_the_user_wrote_stays_and_a_missing_last_line_end_is_no_matter():
    mine = "My notes\n* one idea\n\nmore notes\n- [x] done long ago\n- [ ] to do"
    text = ideas.added(mine, "another")
    assert text == mine + "\n- another\n"
    assert ideas.listed(text) == ("one idea", "to do", "another")
    assert ideas.dropped(text, 2) == mine.removesuffix("- [ ] to do") + "- another\n"


def test_the_same_idea_is_noted_once():
    text = ideas.added("", "Bisect prefixes")
    assert ideas.added(text, "bisect  prefixes") == text


@pytest.mark.parametrize("number", [0, 2, 99])
def test_an_idea_that_is_not_there_cannot_be_dropped(number):
    with pytest.raises(IndexError):
        ideas.dropped("- one\n", number)


def test_an_idea_is_untried_until_a_closed_experiment_was_about_it():
    history = (
        experiment(1, "Bisect prefixes in a sorted vocabulary", "keep", 18.0),
        experiment(2, "Cache the tokens of a query", percent=-3.0),
        experiment(3, "Unroll the inner loop", None, status="open"),
    )
    noted = ("bisect prefixes in the sorted vocabulary", "caching tokens of each query", "unroll the inner loop")
    found = ideas.standings(noted, history)
    assert [(one.number, one.standing, one.experiments) for one in found] == [
        (1, "kept", (1,)),
        (2, "tried", (2,)),
        (3, "untried", ()),
    ]
    assert ideas.untried(noted, history) == ("unroll the inner loop",)


def test_without_a_history_all_are_untried():
    assert ideas.untried(("a", "b"), ()) == ("a", "b")
