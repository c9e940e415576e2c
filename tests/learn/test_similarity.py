"""Descriptions of the same idea are alike, whatever the words; of different ideas they are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoloop.similarity import RELATED, SAME, Texts, kinds
from autoloop.similarity.vectors import changed_lines, overlap
from autoloop.similarity.words import opposed, stem, terms, words

OTHERS = [
    "Write the index file atomically",
    "Vectorise the distance computation with numpy",
    "Avoid lock contention in the scheduler",
    "Compress responses with gzip",
    "Turn on link-time optimisation",
    "Cache tokenised documents",
]

ALIKE = [
    ("Cache compiled templates", "Memoize the compiled templates"),
    ("Avoid allocations in the hot loop", "Reduce allocation in hot loop"),
    ("Hoist the norm out of the loop", "Precompute the norm before looping"),
    ("Build concurrently", "Parallelise the build with a thread pool"),
    ("Use a hash map for symbols", "Put symbols in a dictionary"),
    ("Binary search in the vocabulary", "Bisect the vocabulary"),
    ("Lazy import of pandas", "Defer importing pandas"),
    ("Avoid copying request bodies", "Remove clones of the request body"),
    ("inline parse_header", "Inline parseHeader()"),
    ("Batch database inserts", "Insert rows into the DB in bulk"),
    ("Short-circuit on empty lists", "Early return when the list is empty"),
    ("Disable debug assertions", "Turn off the debug assertions"),
    ("chache token lookups", "cache token lookups"),
    ("Raise batch size to 64", "Increase the batch size to 128"),
]
UNLIKE = [
    ("Increase the batch size", "Decrease the batch size"),
    ("Add a token cache", "Remove the token cache"),
    ("Lazy import of pandas", "Eager import of pandas"),
    ("Reduce allocation in the parser", "Reduce copies in the printer"),
    ("Improve performance of the parser", "Improve performance of the scheduler"),
    ("Parallelise the build with threads", "Cache the build directory"),
    ("Use orjson for responses", "Use uvloop for the event loop"),
    ("Make it faster", "Make it lazy"),
]


def score(one, other):
    return Texts([other, *OTHERS]).scores(one)[0]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_the_same_idea_in_other_words_is_the_same(one, other):
    assert score(one, other) >= SAME
    assert score(other, one) >= SAME


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_different_ideas_in_like_words_are_different(one, other):
    assert score(one, other) < RELATED


def test_equal_words_would_tell_them_apart_worse():
    def shared(one, other):
        return overlap(one.lower().split(), other.lower().split())

    def separated(measure):
        alike = [measure(*pair) for pair in ALIKE]
        unlike = [measure(*pair) for pair in UNLIKE]
        return sum(a > u for a in alike for u in unlike) / len(alike) / len(unlike)

    assert separated(score) == 1.0
    assert separated(shared) < 0.5


def test_what_every_description_says_counts_for_little():
    common = ["tune parser: arena", "tune parser: tables", "tune parser: dispatch", "tune parser: goto"]
    scores = Texts(common).scores("tune parser: arena")
    assert scores[0] == pytest.approx(1.0)
    alone = Texts(["tune parser: tables"]).scores("tune parser: arena")[0]
    assert max(scores[1:]) < alone


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("caching", "cached"),
        ("vectorise", "vectorization"),
        ("allocate", "allocations"),
        ("parses", "parser"),
        ("copies", "copying"),
        ("mapped", "mapping"),
        ("classes", "class"),
        ("assertion", "asserts"),
        ("batches", "batch"),
    ],
)
def test_stems_lose_their_endings(one, other):
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("sort", "sorry"), ("class", "clash"), ("bus", "but"), ("size", "sing")])
def test_different_words_keep_different_stems(one, other):
    assert stem(one) != stem(other)


def test_words_are_taken_apart():
    assert words("parseHTTPHeader snake_case café p99 Größe") == [
        *("parse", "http", "header", "snake", "case", "cafe", "p", "99", "grosse")
    ]


def test_terms_have_one_name_for_a_thing_and_none_for_empty_words():
    assert terms("Memoise the hash-map look-ups") == ["caching", "hashing", "lookup"]
    assert terms("make it faster") == ["mak", "it", "fast"]
    assert terms("") == []


def test_kinds_are_the_techniques_in_their_order():
    assert kinds("Memoize parsing, batch the inserts and memoise again") == ("caching", "parsing", "batching")
    assert kinds("Rename a variable") == ()
    assert kinds("Stream the sums instead of a dictionary") == ("streaming",)


def test_opposites_need_both_ways_to_be_clear():
    less, more = frozenset({"less", "x"}), frozenset({"more", "x"})
    assert opposed(less, more)
    assert opposed(more, less)
    assert not opposed(less, less)
    assert not opposed(less | more, more)
    assert not opposed(less, frozenset({"x"}))


def test_a_moved_or_reindented_line_is_the_same_change():
    one = "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a = 1\n+a = f(2)\n context\n"
    other = "--- a/x.py\n+++ b/x.py\n@@ -9 +9 @@\n-    a = 1\n+    a = f( 2 )\n+\n"
    assert changed_lines(one) == ["-a=1", "+a=f(2)"]
    assert overlap(changed_lines(one), changed_lines(other)) == 1.0


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.text(max_size=40), min_size=1, max_size=6))
def test_scores_are_bounded_and_a_text_is_like_itself(texts):
    for place, text in enumerate(texts):
        scores = Texts(texts).scores(text)
        assert all(0.0 <= score <= 1.0 for score in scores)
        assert scores[place] == pytest.approx(1.0) or not terms(text)


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(max_size=60))
def test_stems_and_terms_take_any_text(text):
    assert all(term and (not term.isascii() or term == term.casefold()) for term in terms(text))
