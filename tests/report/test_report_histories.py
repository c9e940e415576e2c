"""Histories that nobody recorded: very long ones, numbers of either sign, many sessions, texts of any kind."""

from __future__ import annotations

import random
from html import unescape

import pytest
from msgspec.structs import replace
from report_histories import experiment, report_of, session
from report_world import Page

from autoloop.candidates import candidate
from autoloop.markup import HOSTS_LIMIT, escaped, fitted
from autoloop.model import Evaluation, Improvement
from autoloop.report.charts import canvas, effects, progress
from autoloop.report.diffs import Difference, Line
from autoloop.report.markdown import markdown
from autoloop.report.outcome import outcome_of
from autoloop.report.page import page
from autoloop.reported import Confirmed, Headline
from autoloop.staircase import staircase
from autoloop.stats import compounded


def test_two_thousand_experiments_stay_within_bounds():
    report = report_of([experiment(n, description="ä" * 300) for n in range(1, 2001)])
    patch = Difference(tuple(Line("added", "+" + "x" * 60) for _ in range(12)))
    text = page(report, {one.id: patch for one in report.experiments})
    Page(text)
    assert len(text.encode()) < 5_000_000
    assert text.count('<details class="experiment"') == 2000
    assert len(effects.shown(report)) == effects.MOST
    told = markdown(report)
    assert len(told) <= HOSTS_LIMIT
    assert told.rstrip().endswith("`autoloop report --html`*")


@pytest.mark.parametrize("values", [(0.0, 0.0), (-5.0, -7.0), (5.0, -5.0), (0.0, 3.0), (1e-300, 1e300)])
@pytest.mark.parametrize("direction", ["lower_is_better", "higher_is_better"])
def test_numbers_of_any_size_and_sign_are_drawn(values, direction):
    before, after = values
    ones = [experiment(1, incumbent=before, value=after), experiment(2, value=None, percent=None)]
    report = report_of(ones, direction=direction, start=before)
    text = page(report, {})
    Page(text)
    assert "nan" not in text.lower().replace("financ", "")
    assert markdown(report)


def test_an_interval_is_one_in_the_metrics_unit():
    lower = report_of([experiment(1, incumbent=100.0, value=90.0, percent=10.0, low=5.0, high=15.0)])
    (point,) = staircase(lower).points
    assert (point.low, point.high) == (85.0, 95.0)
    higher = report_of(lower.experiments, direction="higher_is_better")
    assert (staircase(higher).points[0].low, staircase(higher).points[0].high) == (105.0, 115.0)
    negative = report_of(
        [experiment(1, incumbent=-100.0, value=-110.0, percent=10.0, low=5.0, high=15.0)], start=-100.0
    )
    assert staircase(negative).points[0].low == -115.0


def test_the_drift_of_the_machine_is_not_in_the_picture():
    slower_now = [
        experiment(1, outcome="kept", incumbent=100.0, value=90.0, percent=10.0),
        experiment(2, outcome="kept", incumbent=180.0, value=90.0, percent=50.0),
    ]
    assert staircase(report_of(slower_now)).steps == ((0.0, 100.0), (1.0, 90.0), (2.0, 45.0))
    other_session = [slower_now[0], experiment(2, session=2, outcome="kept", incumbent=180.0, percent=50.0)]
    assert staircase(report_of(other_session)).steps == ((0.0, 100.0), (1.0, 90.0), (1.5, 180.0), (2.0, 90.0))


def test_only_what_was_kept_here_makes_a_step():
    ones = [
        experiment(1, outcome="kept", value=90.0, imported="results.tsv"),
        experiment(2, outcome="discarded", value=80.0),
        experiment(3, outcome="kept", value=70.0, percent=30.0),
    ]
    found = staircase(report_of(ones, start=100.0))
    assert [point.id for point in found.points] == [2, 3]
    assert found.steps == ((1.0, 100.0), (3.0, 70.0))


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "$x_1$ & \\alpha",
        "{{ 7 * 7 }}",
        "```\n# no",
        "|a|b|",
        "@all #1 https://x.example",
        "مرحبا 你好 👩‍🔬 \u202eabc",
        "a\x00b\x1b[31mc",
    ],
)
def test_any_text_stays_text(text):
    report = report_of([experiment(1, outcome="kept", description=text, reasons=(text,), paths=(text,))])
    shown = page(report, {1: Difference((Line("added", f"+{text}"),))})
    parsed = Page(shown)
    assert "img" not in {tag for tag, _ in parsed.tags}
    assert "49" not in parsed.text("summary")
    told = markdown(report)
    assert all(row.count(" | ") == 7 for row in told.splitlines() if row.startswith("| 1 |"))
    assert "https://" not in told
    with canvas.drawing("progress"):
        assert "Traceback" not in canvas.standalone_svg(progress.progress(report), text)


def test_markup_is_shown_not_obeyed():
    assert escaped("# a *b* [c](d) `e` <f> @g #7") == "\\# a \\*b\\* \\[c\\](d) \\`e\\` &lt;f&gt; @\u200bg #\u200b7"
    assert unescape(escaped("a & b")) == "a & b"


def test_a_text_is_cut_between_parts():
    assert fitted(["a" * 10, "b" * 10], "cut", limit=100) == "a" * 10 + "\n\n" + "b" * 10 + "\n"
    assert fitted(["a" * 10, "b" * 10], "cut", limit=20) == "a" * 10 + "\n\ncut\n"
    for size in range(20, 400, 7):
        parts = ["x" * random.Random(size).randint(1, 40) for _ in range(20)]
        assert len(fitted(parts, "the rest", limit=size)) <= max(size, 10)


def test_gains_one_after_the_other():
    assert compounded([10, 10], lower=True) == pytest.approx(19)
    assert compounded([10, 10], lower=False) == pytest.approx(21)
    assert compounded([], lower=True) == 0


def test_a_confirmation_that_says_no_is_not_called_a_gain():
    found = Confirmed(0.1, -2.0, 2.0, 10, 100.0, 99.9, 0.0)
    report = report_of([experiment(1, outcome="kept")], wins=(1,), confirmed=found)
    assert "did not confirm" in report.headline.sentence


def test_many_sessions_have_a_budget_each_and_limits_that_nobody_set_are_left_out():
    sessions = tuple(session(n) for n in range(1, 8))
    report = replace(
        report_of([experiment(n, session=n) for n in range(1, 8)]), sessions=sessions, headline=Headline("x", 1.0, None)
    )
    parsed = Page(page(report, {}))
    assert [f"budget-{n}" in parsed.ids for n in range(1, 8)] == [False] * 3 + [True] * 4


def test_endings_are_told_apart(ended):
    evaluation = Evaluation("t", 1, "discard", (), failures=("guardrail_failed",), improvement=Improvement())
    assert outcome_of(ended(evaluation)) == "guardrail"
    assert outcome_of(ended(replace(evaluation, failures=("out_of_scope", "guardrail_failed")))) == "scope"
    assert outcome_of(ended(replace(evaluation, failures=("harness_changed",)))) == "scope"
    assert outcome_of(ended(replace(evaluation, failures=(), decision="rerun"))) == "uncertain"
    assert outcome_of(ended(replace(evaluation, failures=()))) == "discarded"
    assert outcome_of(ended(None)) == "discarded"
    assert outcome_of(ended(evaluation, status="crashed")) == "crashed"


def test_a_candidate_is_what_was_measured(ended):
    assert candidate(ended(None)) is None
    one = replace(ended(Evaluation("after", 1, "discard", ())), before="before")
    assert candidate(one) == ("before", "after")
