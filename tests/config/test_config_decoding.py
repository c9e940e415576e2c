"""config.toml: what is read out of it, and when two of them are the same."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autoloop.config import Budget, Config, Eval, Git, Guardrail, Holdout, Machine, Scope, VerdictRules, decode
from autoloop.errors import ConfigError

EXAMPLE = """
schema_version = 1

[eval]
command = "cargo bench --bench api_latency"
metric_format = "json"              # auto | metric_lines | json | regex | name of an adapter
primary_metric = "p99_latency_ms"
direction = "lower_is_better"       # | "higher_is_better"
unit = "ms"
timeout = "10m"
# build = "cargo build --release"   # untimed, before each measurement of a different tree
# pattern = 'p99: ([0-9.]+) ms'     # for regex

[guardrails.tests]
command = "cargo test"
pass_threshold = "all"              # exit code 0

[guardrails.memory]                 # a number with a tolerance
metric = "peak_rss_mb"              # from the eval's own output, or from `command`
direction = "lower_is_better"
threshold = "5%"

[verdict]
min_effect = "1%"
max_samples = 20
reference = "swap"                  # swap | worktree | stored

[budget]
experiments = 5
time = "2h"

[scope]
editable = ["**"]
protected = ["bench/**", "tests/**"]

[git]
message = "exp-{id:03d}: {description}"
"""
READ = Config(
    eval=Eval(
        command="cargo bench --bench api_latency",
        metric_format="json",
        primary_metric="p99_latency_ms",
        direction="lower_is_better",
        unit="ms",
    ),
    guardrails={
        "tests": Guardrail(command="cargo test", pass_threshold="all"),
        "memory": Guardrail(metric="peak_rss_mb", direction="lower_is_better", threshold=0.05),
    },
    scope=Scope(protected=("bench/**", "tests/**")),
)


def test_the_documented_example():
    assert decode(EXAMPLE) == READ


def test_the_commented_lines_of_the_example_work_too():
    config = decode(EXAMPLE.replace("# build", "build").replace("# pattern", "pattern"))
    assert config.eval.build == "cargo build --release"
    assert config.eval.pattern == "p99: ([0-9.]+) ms"


def test_defaults():
    config = decode("")
    assert config == Config()
    assert (config.eval.timeout, config.eval.metric_format, config.eval.warmup) == (600.0, "auto", None)
    assert (config.verdict.min_effect, config.verdict.max_samples, config.verdict.alpha) == (0.01, 20, 0.05)
    assert (config.budget.experiments, config.budget.time, config.budget.tokens) == (5, 7200.0, None)
    assert (config.scope.editable, config.scope.protected) == (("**",), ())
    assert config.git.message.format(id=7, description="x", session="s") == "exp-007: x"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ('"90s"', 90.0),
        ('"10m"', 600.0),
        ('"2h"', 7200.0),
        ('"1h30m"', 5400.0),
        ('"250ms"', 0.25),
        ("45", 45.0),
        ("0.5", 0.5),
    ],
)
def test_durations(written, seconds):
    assert decode(f"[eval]\ntimeout = {written}").eval.timeout == seconds


@pytest.mark.parametrize(("written", "share"), [('"5%"', 0.05), ('"0.5 %"', 0.005), ("0.02", 0.02), ("0", 0.0)])
def test_percentages(written, share):
    assert decode(f"[verdict]\nmin_effect = {written}").verdict.min_effect == pytest.approx(share)


@pytest.mark.parametrize(
    ("written", "size"),
    [('"64MiB"', 64 << 20), ('"10MB"', 10_000_000), ('"512"', 512), ("1048576", 1 << 20), ("2e3", 2000)],
)
def test_sizes(written, size):
    assert decode(f"[eval]\nmemory = {written}").eval.memory == size


@pytest.mark.parametrize(("written", "target"), [("35", 35.0), ("-1.5", -1.5), ('"20%"', "20%"), ('"35"', "35")])
def test_targets(written, target):
    assert decode(f"[budget]\ntarget = {written}").budget.target == target


def test_a_guardrail_is_numeric_when_it_names_a_metric():
    assert READ.guardrails["memory"].numeric
    assert not READ.guardrails["tests"].numeric


@pytest.mark.parametrize(
    "message", ["{id}", "{id:3d} {description}", "[{session}] {description}", "{{literal}} {id:03d}"]
)
def test_messages_that_can_be_filled_in(message):
    config = decode(f"[git]\nmessage = {message!r}")
    assert config.git.message.format(id=1, description="d", session="s")


@pytest.mark.parametrize(
    "pattern", ["**", "src/**", "*.py", "/bench/", "!tests/helper.py", "docs/[a-c]*", "with space"]
)
def test_patterns_of_paths(pattern):
    assert decode(f"[scope]\nprotected = ['a', '{pattern}']").scope.protected == ("a", pattern)


# --- the same or not

OTHERWISE = {
    Eval: {
        "command": "'other'",
        "metric_format": "'regex'",
        "primary_metric": "'ops'",
        "direction": "'higher_is_better'",
        "unit": "'s'",
        "pattern": "'x([0-9]+)'",
        "timeout": "'11m'",
        "build": "'make'",
        "setup": "'make deps'",
        "cwd": "'sub'",
        "env": "{A = '1'}",
        "keep_env": "['HOME']",
        "warmup": "2",
        "memory": "'1GiB'",
        "cpu_time": "'5m'",
        "file_size": "'1GiB'",
    },
    VerdictRules: {
        "min_effect": "'2%'",
        "min_effect_abs": "0.5",
        "max_samples": "12",
        "alpha": "0.01",
        "reference": "'worktree'",
        "mode": "'pooled'",
        "baseline_samples": "7",
        "suspicious": "'50%'",
    },
    Budget: {
        "experiments": "6",
        "time": "'3h'",
        "eval_time": "'1h'",
        "tokens": "1000",
        "usd": "2.5",
        "failures": "3",
        "plateau": "3",
        "target": "'20%'",
    },
    Scope: {"editable": "['src/**']", "protected": "['tests/**']"},
    Git: {"message": "'{id}: {description}'", "max_file": "'1MiB'", "retention": "7", "hooks": "true"},
    Machine: {"wait": "'1m'", "max_load": "0.5", "load_wait": "'1s'"},
    Holdout: {"command": "'check'", "timeout": "'1m'"},
    Guardrail: {
        "command": "'other'",
        "pass_threshold": "'all'",
        "metric": "'mb'",
        "metric_format": "'json'",
        "pattern": "'x([0-9]+)'",
        "unit": "'MB'",
        "direction": "'higher_is_better'",
        "threshold": "'9%'",
        "timeout": "'1m'",
    },
}
SECTION = {field.type: field.name for field in msgspec.structs.fields(Config)}
RAIL = "metric = 'm'\ndirection = 'lower_is_better'\n"
MEASURING = {Eval, Guardrail}


def changed(kind, key, value):
    """The text of a configuration, and of one that differs in ``key`` only."""
    if kind is Guardrail:
        lines = {"command": "'c'", "metric": "'m'", "direction": "'lower_is_better'"}
        return tuple(
            "[guardrails.g]\n" + "".join(f"{k} = {v}\n" for k, v in each.items())
            for each in (lines, {**lines, key: value})
        )
    lines = {"pattern": "'y([0-9]+)'"} if kind is Eval else {}
    return tuple(
        f"[{SECTION[kind]}]\n" + "".join(f"{k} = {v}\n" for k, v in each.items())
        for each in (lines, {**lines, key: value})
    )


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind, keys in OTHERWISE.items() for key in keys])
def test_the_digest_changes_with_every_key(kind, key):
    one, other = (decode(text) for text in changed(kind, key, OTHERWISE[kind][key]))
    assert one.digest != other.digest
    assert (one.measuring_digest != other.measuring_digest) == (kind in MEASURING)


def test_no_key_is_forgotten_above():
    assert all(set(keys) == set(kind.__struct_fields__) for kind, keys in OTHERWISE.items())
    assert set(OTHERWISE) | {int} >= {
        field.type for field in msgspec.structs.fields(Config) if isinstance(field.type, type)
    } - {dict}
    assert set(SECTION.values()) == {"schema_version", "guardrails"} | {
        SECTION[kind] for kind in OTHERWISE if kind is not Guardrail
    }


def test_comments_and_order_and_ways_of_writing_do_not_count():
    tables = EXAMPLE.strip().split("\n\n")
    shuffled = "\n".join(line.split(" #")[0] for line in "\n".join([tables[0], *reversed(tables[1:])]).splitlines())
    other = shuffled.replace('"10m"', "600").replace('"5%"', "0.05").replace('"2h"', '"120m"')
    assert other != EXAMPLE
    assert decode(other).digest == decode(EXAMPLE).digest
    assert decode(other).measuring_digest == decode(EXAMPLE).measuring_digest


def test_a_default_that_is_written_out_does_not_count():
    assert decode("[budget]\nexperiments = 5\n[eval]\ntimeout = '10m'").digest == Config().digest


def test_the_order_of_guardrails_and_of_variables_does_not_count():
    one = decode("[guardrails.a]\ncommand = 'x'\n[guardrails.b]\ncommand = 'y'\n[eval.env]\nA = '1'\nB = '2'")
    two = decode("[eval.env]\nB = '2'\nA = '1'\n[guardrails.b]\ncommand = 'y'\n[guardrails.a]\ncommand = 'x'")
    assert (one.digest, one.measuring_digest) == (two.digest, two.measuring_digest)


def test_the_digest_is_short_and_stable():
    assert len(decode(EXAMPLE).digest) == 16
    assert decode(EXAMPLE).digest == decode(EXAMPLE).digest != decode("").digest


# --- anything at all

WORDS = "[eval] [guardrails.a] [budget] [[eval]] [eval.env] command timeout metric threshold target = = = 'x' inf nan"
MORE = '"10m" -1 1e999 true [ ] { } . # 1979-05-27 """'
words = st.sampled_from([*WORDS.split(), *MORE.split(), "9" * 400, "\n", "\n", "\n"])


def decoded(text):
    """The configuration, or the error that tells what is wrong; anything else fails the test."""
    try:
        return decode(text)
    except ConfigError as error:
        return error


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.lists(words, max_size=12).map(" ".join))
@example("a=" + "[" * 5000)
@example("a." * 5000 + "b = 1")
@example("[eval]\ntimeout = " + "9" * 5000)
@example("[budget]\nusd = " + "9" * 400)
@example("[budget]\ntokens = " + "9" * 400)
@example("[verdict]\nalpha = " + "9" * 400)
@example("\ud800")
@example("[eval]\ncommand = 1\n[guardrails]\n'a.b' = 2")
@example("[guardrails]\n'a - at `$.b' = 2")
def test_any_text_is_a_configuration_or_a_config_error(text):
    found = decoded(text)
    if isinstance(found, ConfigError):
        assert found.what.startswith(".autoloop/config.toml")
        assert found.fix
    else:
        assert len(found.digest) == 16


values = st.one_of(
    st.integers(-(10**30), 10**30).map(str),
    st.floats().map(str),
    st.sampled_from(
        [
            "true",
            "[]",
            "{}",
            "['a']",
            "''",
            "'5%'",
            "'-5%'",
            "'10m'",
            "'64MiB'",
            "'{id}'",
            "'('",
            "1979-05-27",
            "[[1]]",
            "{a = 1}",
        ]
    ),
)
keys = [(SECTION.get(kind, "guardrails.g"), key) for kind, fields in OTHERWISE.items() for key in fields]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(keys), values)
def test_any_value_of_any_key_is_read_or_refused_with_its_place(place, value):
    section, key = place
    found = decoded(f"[{section}]\n{key} = {value}\n")
    if isinstance(found, ConfigError):
        assert found.why
        assert ".autoloop/config.toml:" in found.what
    else:
        assert len(found.digest) == 16
        msgspec.json.encode(msgspec.to_builtins(found, enc_hook=float))
