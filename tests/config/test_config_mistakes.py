"""Every kind of mistake in config.toml: where it is, why it is one, what to write instead."""

from __future__ import annotations

import pytest

from autoloop.config import decode
from autoloop.errors import ConfigError


def refused(text):
    with pytest.raises(ConfigError) as caught:
        decode(text)
    assert caught.value.exit_code == 3
    return caught.value


MISTAKES = {
    # unknown keys
    "eval.comand": ("[eval]\ncomand = 'x'", 2, "eval.comand", "did you mean 'command'?"),
    "dotted": ("\neval.comand = 'x'", 2, "eval.comand", "did you mean 'command'?"),
    "quoted": ("[eval]\n'comand' = 'x'", 2, "eval.comand", "did you mean 'command'?"),
    "inline": ("eval = {command = 'x', tiemout = 3}", 1, "eval.tiemout", "did you mean 'timeout'?"),
    "section": ("[guardrail.tests]\ncommand = 'x'", 1, "guardrail", "did you mean 'guardrails'?"),
    "in a guardrail": (
        "[guardrails.ok]\ncommand = 'x'\n[guardrails.tests]\ncommand = 'x'\nthreshhold = '5%'",
        5,
        "guardrails.tests.threshhold",
        "did you mean 'threshold'?",
    ),
    "odd name": ("[guardrails.'a.b c']\ncomand = 'x'", 2, "guardrails.a.b c.comand", "did you mean 'command'?"),
    "nothing near": ("[scope]\nzzzzzz = 1", 2, "scope.zzzzzz", "known: editable, protected"),
    # wrong types
    "table": ("eval = 3", 1, "eval", "Expected a table, got a whole number"),
    "text": ("[eval]\n\n# why not\ncommand = 3", 4, "eval.command", "Expected text, got a whole number"),
    "list": ("[scope]\neditable = 'src'", 2, "scope.editable", "Expected a list, got text"),
    "item": ("[scope]\neditable = ['a', 1]", 2, "scope.editable[1]", "Expected text, got a whole number"),
    "variable": ("[eval]\nenv = {A = '1', B = 2}", 2, "eval.env.B", "Expected text, got a whole number"),
    "whole": ("[budget]\nexperiments = 1.5", 2, "budget.experiments", "Expected a whole number, got a number"),
    "guardrail": ("[guardrails]\ntests = 'cargo test'", 2, "guardrails.tests", "Expected a table, got text"),
    "choice": ("[eval]\ndirection = 'up'", 2, "eval.direction", '"lower_is_better" or "higher_is_better"'),
    "reference": ("[verdict]\nreference = 'x'", 2, "verdict.reference", '"swap" or "worktree" or "stored"'),
    "boolean": ("[budget]\ntarget = true", 2, "budget.target", "Expected a number or text, got true or false"),
    "date": ("[eval]\ntimeout = 1979-05-27", 2, "eval.timeout", "such as '10m', got date"),
    # quantities
    "duration": ("[eval]\ntimeout = '10 parsecs'", 2, "eval.timeout", "is not a duration"),
    "negative text": ("[eval]\ntimeout = '-5s'", 2, "eval.timeout", "is not a duration"),
    "negative": ("[eval]\ntimeout = -5", 2, "eval.timeout", "Expected a positive value, got -5"),
    "no time": ("[eval]\ntimeout = 0", 2, "eval.timeout", "must be more than zero"),
    "for ever": ("[eval]\ntimeout = inf", 2, "eval.timeout", "Expected a finite number, got inf"),
    "nan": ("[budget]\ntime = nan", 2, "budget.time", "Expected a finite number, got nan"),
    "guardrail's timeout": ("[guardrails.t]\ncommand = 'x'\ntimeout = 0", 3, "guardrails.t.timeout", "more than zero"),
    "holdout's timeout": ("[holdout]\ntimeout = '0s'", 2, "holdout.timeout", "more than zero"),
    "percent": ("[verdict]\nmin_effect = '1'", 2, "verdict.min_effect", "is not a percentage"),
    "whole per cent": ("[verdict]\nmin_effect = 5", 2, "verdict.min_effect", 'one per cent is written "1%"'),
    "negative share": ("[verdict]\nsuspicious = '-4%'", 2, "verdict.suspicious", "Expected a positive value"),
    "size": ("[eval]\nmemory = 'lots'", 2, "eval.memory", "is not a size"),
    "half a byte": ("[eval]\nmemory = 1.5", 2, "eval.memory", "Expected whole bytes"),
    "no memory": ("[eval]\nmemory = 0", 2, "eval.memory", "must be more than zero"),
    "infinite memory": ("[eval]\nmemory = inf", 2, "eval.memory", "Expected a finite number"),
    # ranges
    "no experiments": ("[budget]\nexperiments = 0", 2, "budget.experiments", ">= 1"),
    "negative usd": ("[budget]\nusd = -1", 2, "budget.usd", "> 0"),
    "nan usd": ("[budget]\nusd = nan", 2, "budget.usd", "> 0"),
    "no time left": ("[budget]\ntime = '0s'", 2, "budget.time", "must be more than zero"),
    "target": ("[budget]\ntarget = 'fast'", 2, "budget.target", "neither a number nor a percentage"),
    "target nan": ("[budget]\ntarget = 'nan%'", 2, "budget.target", "neither a number nor a percentage"),
    "one sample": ("[verdict]\nmax_samples = 1", 2, "verdict.max_samples", ">= 2"),
    "many samples": ("[verdict]\nmax_samples = 9999", 2, "verdict.max_samples", "<= 1000"),
    "no baseline": ("[verdict]\nbaseline_samples = 0", 2, "verdict.baseline_samples", ">= 1"),
    "alpha": ("[verdict]\nalpha = 0.9", 2, "verdict.alpha", "between 0.0001 and 0.5"),
    "warmup": ("[eval]\nwarmup = -1", 2, "eval.warmup", ">= 0"),
    "load": ("[machine]\nmax_load = 0", 2, "machine.max_load", "> 0"),
    # meaning
    "no regex": ("[eval]\npattern = '('", 2, "eval.pattern", "is not a regular expression"),
    "no group": ("[eval]\npattern = 'p99'", 2, "eval.pattern", "has no group"),
    "no pattern": ("[eval]\nmetric_format = 'regex'", 1, "eval.pattern", "needs a pattern"),
    "rail's regex": (
        "[guardrails.m]\nmetric = 'x'\ndirection = 'lower_is_better'\npattern = 'x'",
        4,
        "guardrails.m.pattern",
        "no group",
    ),
    "outside": ("[eval]\ncwd = '../other'", 2, "eval.cwd", "inside the repository"),
    "absolute": ("[eval]\ncwd = '/tmp'", 2, "eval.cwd", "inside the repository"),
    "home": ("[eval]\ncwd = '~/x'", 2, "eval.cwd", "inside the repository"),
    "empty rail": ("[guardrails.m]\nthreshold = '5%'", 1, "guardrails.m.command", "needs a command"),
    "rail without direction": ("[guardrails.m]\nmetric = 'x'", 1, "guardrails.m.direction", "lower_is_better"),
    "idle tolerance": (
        "[guardrails.m]\ncommand = 'x'\nthreshold = '5%'",
        3,
        "guardrails.m.threshold",
        "needs the metric",
    ),
    "pass_threshold": (
        "[guardrails.m]\ncommand = 'x'\npass_threshold = '90%'",
        3,
        "guardrails.m.pass_threshold",
        '"all"',
    ),
    "broken pattern": ("[scope]\nprotected = ['a', '[']", 2, "scope.protected", "'[' matches nothing"),
    "a comment": ("[scope]\nprotected = ['#bench']", 2, "scope.protected", "matches nothing"),
    "empty pattern": ("[scope]\neditable = ['']", 2, "scope.editable", "matches nothing"),
    "lone bang": ("[scope]\neditable = ['!']", 2, "scope.editable", "is not a pattern"),
    # commit messages
    "unknown field": ("[git]\nmessage = '{nr}'", 2, "git.message", "only {id}"),
    "unclosed": ("[git]\nmessage = '{id'", 2, "git.message", "only {id}"),
    "position": ("[git]\nmessage = '{0}'", 2, "git.message", "only {id}"),
    "anonymous": ("[git]\nmessage = '{}'", 2, "git.message", "only {id}"),
    "attribute": ("[git]\nmessage = '{id.real}'", 2, "git.message", "only {id}"),
    "item of it": ("[git]\nmessage = '{session[0]}'", 2, "git.message", "only {id}"),
    "conversion": ("[git]\nmessage = '{description!r}'", 2, "git.message", "only {id}"),
    "gigabytes": ("[git]\nmessage = '{id:999999999}'", 2, "git.message", "only {id}"),
    "nested width": ("[git]\nmessage = '{id:{id}}'", 2, "git.message", "only {id}"),
    "text as number": ("[git]\nmessage = '{description:03d}'", 2, "git.message", "only {id}"),
    "silence": ("[git]\nmessage = ' '", 2, "git.message", "needs a message"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_shown_with_its_place_and_its_reason(name):
    text, line, key, why = MISTAKES[name]
    error = refused(text)
    assert error.code == "config_invalid"
    assert error.what == f".autoloop/config.toml:{line}, key {key} is not valid."
    assert why in error.why
    assert error.fix == "edit .autoloop/config.toml, then: autoloop doctor"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[eval]\ncommand = ", ".autoloop/config.toml"),
        ("[eval]\ncommand 'x'\n", ".autoloop/config.toml:2"),
        ("a = 1\na = 2\n", ".autoloop/config.toml:2"),
        ("[eval]\n\n[eval]\n", ".autoloop/config.toml:3"),
        ("\x00", ".autoloop/config.toml:1"),
        ("a = 'x\n'", ".autoloop/config.toml:1"),
    ],
)
def test_what_is_no_toml_is_said_with_the_line(text, where):
    error = refused(text)
    assert error.code == "config_invalid"
    assert error.what == f"{where} is not valid TOML."
    assert error.why
    assert error.fix


def test_nesting_without_end_is_no_crash():
    assert refused("a = " + "[" * 5000).why == "the values are nested too deeply"


def test_a_newer_file_is_refused_by_name():
    error = refused("schema_version = 2\n[eval]\nnew_key = 1")
    assert error.code == "config_newer"
    assert "schema_version 2" in error.what
    assert "upgrade" in error.fix


@pytest.mark.parametrize("version", ["0", "-1", "'1'", "true", "1.0"])
def test_no_other_version_is_read(version):
    assert refused(f"schema_version = {version}").what == ".autoloop/config.toml:1, key schema_version is not valid."


def test_the_line_is_that_of_the_key_and_not_of_its_double():
    text = "[guardrails.a]\ncommand = 'x'\n\n[eval]\ncommand = 'x'\n\n[guardrails.b]\ncommand = 7\n"
    assert refused(text).what == ".autoloop/config.toml:8, key guardrails.b.command is not valid."


def test_the_first_of_several_mistakes_is_shown():
    assert "eval.pattern" in refused("[eval]\npattern = '('\n[verdict]\nalpha = 7").what
