"""Every miniature repository gets the expert's answer, and the score over all of them meets the targets."""

from __future__ import annotations

import tomllib

import pytest
from corpus import Case, judge, load

from autoloop import config
from autoloop.detect import config_text, scan
from autoloop.detect.formats import FORMATS
from autoloop.metrics import direction_of, formats

CASES = load()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.ecosystem}-{case.name}")
def test_answer(case: Case, tmp_path):
    answer = scan(case.create(tmp_path), deadline=20)
    assert judge(case, answer).problems == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.ecosystem}-{case.name}")
def test_config_is_valid_and_says_what_was_inferred(case: Case, tmp_path):
    answer = scan(case.create(tmp_path), deadline=20)
    best = answer.evals[0] if answer.evals else None
    text = config_text(answer, chosen=best)
    decoded = config.decode(text)
    assert decoded.eval.command == (best.command if best else "")
    assert decoded.eval.metric_format == (best.format if best else "auto")
    assert {name: rail.command for name, rail in decoded.guardrails.items()} == {
        rail.name: rail.command for rail in answer.guardrails
    }
    assert decoded.eval.metric_format in formats()
    assert tomllib.loads(text)["schema_version"] == 1


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.ecosystem}-{case.name}")
def test_nothing_is_written(case: Case, tmp_path):
    root = case.create(tmp_path)
    before = sorted(path.relative_to(root) for path in root.rglob("*"))
    scan(root, deadline=20)
    assert sorted(path.relative_to(root) for path in root.rglob("*")) == before


def test_score_meets_the_targets(tmp_path):
    marks = []
    for number, case in enumerate(CASES):
        marks.append((case, judge(case, scan(case.create(tmp_path / str(number)), deadline=20))))
    measurable = [mark for case, mark in marks if case.measurable]
    claims = [mark for _, mark in marks if mark.claimed]
    assert len(marks) >= 40
    assert sum(mark.eval_right for mark in measurable) / len(measurable) >= 0.75
    assert sum(mark.eval_right for mark in claims) / len(claims) >= 0.95
    assert sum(mark.extractable for mark in measurable) / len(measurable) >= 0.70
    assert sum(mark.tests_right for _, mark in marks) / len(marks) >= 0.95
    assert sum(mark.manager_right for _, mark in marks) / len(marks) >= 0.95
    assert not any(mark.trapped for _, mark in marks)


def test_known_directions_agree_with_the_metrics_package(tmp_path):
    for number, case in enumerate(CASES):
        for candidate in scan(case.create(tmp_path / str(number)), deadline=20).evals:
            told = direction_of(candidate.primary_metric, candidate.unit)
            if told and candidate.direction and candidate.primary_metric != "geomean":
                assert candidate.direction == told, candidate


def test_formats_are_those_of_the_metrics_package():
    assert set(FORMATS) == set(formats())
    assert not any(
        known.direction and known.direction not in {"lower_is_better", "higher_is_better"} for known in FORMATS.values()
    )


def test_nothing_measurable_gets_two_or_three_labelled_suggestions_that_cannot_pass(tmp_path):
    for number, case in enumerate(CASES):
        answer = scan(case.create(tmp_path / str(number)), deadline=20)
        if answer.evals:
            assert answer.suggestions == ()
            continue
        assert 2 <= len(answer.suggestions) <= 3
        assert all(suggestion.label for suggestion in answer.suggestions)
        assert answer.reasons
        assert answer.confidence == "none"
