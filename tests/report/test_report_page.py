"""The HTML report as a document: whole, self-contained, linked, escaped. A browser looks at it in another test."""

from __future__ import annotations

import re

import pytest
from report_world import Page, whole


@pytest.fixture(scope="module")
def text(page):
    return page.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def parsed(text):
    return Page(text)


@pytest.fixture(scope="module")
def report(forty):
    return whole(forty)


def test_the_document_is_whole_and_every_id_is_its_own(parsed):
    assert parsed.tags[0][0] == "html"
    assert len(parsed.ids) == len(set(parsed.ids))


def test_nothing_is_fetched_from_anywhere(parsed, text):
    outside = [link for link in parsed.links if not link.startswith(("#", "data:"))]
    assert not outside
    assert not re.search(r"url\((?!#)|@import", text)
    policy = next(
        given["content"] for tag, given in parsed.tags if given.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'")


def test_every_link_leads_somewhere(parsed):
    targets = {link[1:] for link in parsed.links if link.startswith("#")}
    assert targets <= set(parsed.ids), targets - set(parsed.ids)


def test_every_experiment_is_there_and_reachable_from_the_charts(parsed, report):
    wanted = {f"exp-{one['id']}" for one in report["experiments"]}
    assert len(wanted) == 40
    assert wanted <= set(parsed.ids)
    assert {f"#{name}" for name in wanted} <= set(parsed.links)


def test_experiments_commits_and_sessions_point_at_each_other(parsed, report):
    for one in report["experiments"]:
        if one["status"] == "kept":
            assert f"commit-{one['commit'][:10]}" in parsed.ids
            assert f"#commit-{one['commit'][:10]}" in parsed.links
    assert "session-1" in parsed.ids
    assert "#session-1" in parsed.links


def test_the_headline_is_the_confirmed_gain(parsed, report):
    found = report["headline"]["confirmed"]
    assert f"{found['percent']:.1f} % better" in parsed.text("h1")
    assert f"{found['low']:+.2f} to {found['high']:+.2f}" in parsed.text()
    assert f"{report['headline']['claimed_percent']:+.2f} %" in parsed.text()
    assert "tokens unknown" in parsed.text()


def test_charts_say_what_they_show_to_those_who_do_not_see_them(parsed):
    charts = [given for tag, given in parsed.tags if tag == "svg" and "aria-hidden" not in given]
    assert len(charts) >= 8
    assert all(given["role"] == "img" and given["aria-label"] for given in charts)


def test_charts_follow_the_theme(text):
    svgs = re.findall(r'<div class="(?:wide|narrow)">(<svg.*?</svg>)', text, flags=re.DOTALL)
    assert len(svgs) == 8
    for svg in svgs:
        assert "var(--" in svg
        assert not re.search(r"#[0-9a-f]{6}\b", svg), "a colour that does not follow"
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_descriptions_are_text_whatever_is_in_them(parsed, text):
    assert "<script>alert" not in text
    assert "<script>alert('x')</script> & \"quotes\"" in parsed.text()
    assert "一次读取更多, чтение блоками" in parsed.text()
    assert [tag for tag, _ in parsed.tags].count("script") == 1


def test_every_kind_of_ending_is_in_it(parsed, report):
    outcomes = {one["outcome"] for one in report["experiments"]}
    assert outcomes == {"kept", "discarded", "uncertain", "crashed", "guardrail", "scope"}
    assert {given.get("data-outcome") for tag, given in parsed.tags if tag == "details"} == outcomes


def test_differences_are_shown_with_their_files(parsed, report):
    assert "tinysearch/ranking.py" in parsed.text("pre")
    assert parsed.text("pre").count("@@") > 50
    kinds = {given.get("class") for tag, given in parsed.tags if tag == "span"}
    assert {"file", "hunk", "added", "removed", "context"} <= kinds


def test_reasons_and_guardrails_are_told(parsed):
    assert "is protected" in parsed.text()
    assert "peak_memory failed" in parsed.text()
    assert "Verdict keep" in parsed.text()


def test_the_same_input_gives_the_same_charts(forty, page, tmp_path):
    again = tmp_path / "again.html"
    forty.text("report", "--html", "-o", str(again))
    first, second = (path.read_text(encoding="utf-8") for path in (page, again))
    charts = re.compile(r"<svg.*?</svg>", re.DOTALL)
    assert charts.findall(first) == charts.findall(second)


def test_the_page_is_small_and_tells_no_path_of_the_machine(text, forty):
    assert len(text.encode()) < 600_000
    assert str(forty.root) not in text
