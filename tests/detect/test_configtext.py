"""The written configuration carries exactly the inference, explains it, and cannot be mistaken when it is empty."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoloop import config
from autoloop.detect import Candidate, Evidence, GuardrailCandidate, Inference, config_text
from autoloop.detect.configtext import text

CHOSEN = Candidate(
    "./bench --all",
    "regex",
    "p99_ms",
    "lower_is_better",
    "ms",
    r"p99: ([0-9.]+) ms\b",
    "make",
    ecosystem="cpp",
    evidence=(Evidence("Makefile", "make target `bench`", 7), Evidence("ci.yml", "CI runs it")),
    protected=("bench.c",),
    notes=("takes a minute",),
)
RAILS = (GuardrailCandidate("tests", "make test", (Evidence("Makefile", "target `test`", 9),)),)


def test_every_value_arrives():
    found = Inference(evals=(CHOSEN,), guardrails=RAILS, protected=("bench.c", "tests/**"), confidence="high")
    decoded = config.decode(config_text(found, chosen=CHOSEN))
    assert decoded.eval.command == CHOSEN.command
    assert decoded.eval.pattern == CHOSEN.pattern
    assert decoded.eval.build == "make"
    assert decoded.eval.direction == "lower_is_better"
    assert decoded.guardrails["tests"].command == "make test"
    assert decoded.scope.protected == ("bench.c", "tests/**")


def test_every_value_says_where_it_came_from():
    written = config_text(Inference(evals=(CHOSEN,), guardrails=RAILS), chosen=CHOSEN)
    for words in (
        "# Makefile:7: make target `bench`",
        "# ci.yml: CI runs it",
        "# Makefile:9: target `test`",
        "takes a minute",
    ):
        assert words in written


def test_another_choice_protects_its_own_files():
    other = Candidate("./other", protected=("other.c",))
    decoded = config.decode(config_text(Inference(evals=(CHOSEN, other), protected=("bench.c",)), chosen=other))
    assert "other.c" in decoded.scope.protected


def test_no_eval_cannot_be_mistaken_for_one():
    idea = Candidate("make test", "process", "wall_time", "lower_is_better", "s", label="time of the test suite")
    found = Inference(reasons=("nothing prints\na number",), suggestions=(idea,))
    written = config_text(found, chosen=None)
    assert config.decode(written).eval.command == ""
    assert config.decode(written).eval.primary_metric == ""
    assert 'command = "make test"' in written
    assert "# or, time of the test suite:" in written


def test_unknown_name_and_direction_are_asked_for():
    written = config_text(Inference(), chosen=Candidate("./x"))
    assert 'primary_metric = ""' in written
    assert "Which of the printed numbers counts?" in written
    assert "so it was not guessed" in written


def test_schema_is_named_for_editors():
    assert config_text(Inference(), chosen=None, schema="https://example.com/s.json").startswith("#:schema https://")


@given(st.text(), st.text(), st.text())
def test_no_text_breaks_the_file(command, why, name):
    chosen = Candidate(command, evidence=(Evidence(why, name, 1),), notes=(why,), protected=(why,))
    rails = (GuardrailCandidate(name or "x", command or "y", (Evidence(name, why),)),)
    try:
        (command + why + name).encode()
    except UnicodeEncodeError:
        return
    decoded = tomllib.loads(config_text(Inference(), chosen=chosen, guardrails=rails))
    assert decoded["eval"]["command"] == command
    assert decoded["guardrails"][name or "x"]["command"] == (command or "y")
    assert list(decoded) == ["schema_version", "eval", "guardrails", "budget", "scope"]


@pytest.mark.parametrize("value", [r"\d+", "it's", 'say "x"', r"it's \d", "tab\there", "\x7f", "€"])
def test_strings_survive(value):
    assert tomllib.loads(f"a = {text(value)}")["a"] == value
