"""The shipped table is sound, and each rule of the lint catches the mistake it is there for."""

from __future__ import annotations

import re

import msgspec
import pytest
import yaml

from autoloop import workflow
from autoloop.errors import ConfigError
from autoloop.guards import GUARDS
from autoloop.updates import UPDATES

TEXT = workflow.path().read_text(encoding="utf-8")
WORKS = {
    *("check", "calibrate", "measure", "keep", "defer", "discard"),
    *("undo", "revive", "land", "confirm", "finalize"),
}


def lint(table, *, conditions=GUARDS, updates=UPDATES, works=WORKS):
    return workflow.lint(table, conditions=conditions, updates=updates, works=works)


def mutated(change):
    raw = yaml.safe_load(TEXT)
    change(raw)
    return lint(msgspec.convert(raw, workflow.Workflow))


def test_the_shipped_table_has_no_flaw(table):
    assert lint(table) == []


def outcomes(raw, trigger):
    return raw["triggers"][trigger]["outcomes"]


def unknown_initial(raw):
    raw["initial"] = "nowhere"


def unknown_source(raw):
    outcomes(raw, "pre")[0]["source"].append("nowhere")


def unknown_dest(raw):
    outcomes(raw, "built")[0]["dest"] = "nowhere"


def agent_without_argv(raw):
    del raw["triggers"]["keep"]["argv"]


def unreachable(raw):
    raw["states"]["limbo"] = {"kind": "waiting", "describe": "."}
    outcomes(raw, "pre")[0]["source"].append("limbo")


def dead_end(raw):
    raw["states"]["trap"] = {"kind": "waiting", "describe": "."}
    outcomes(raw, "pre")[0]["dest"] = "trap"


def dead_behind_a_sure_one(raw):
    outcomes(raw, "kept").reverse()


def dead_behind_a_weaker_one(raw):
    checked = outcomes(raw, "checked")
    checked[0], checked[1] = checked[1], checked[0]


def condition_not_described(raw):
    del raw["conditions"]["trusted"]


def condition_not_used(raw):
    outcomes(raw, "init")[1]["conditions"].remove("overwriting")


def explained_condition_not_described(raw):
    raw["triggers"]["pre"]["explain"].append("weather_fine")


def condition_without_guard(raw):
    raw["conditions"]["weather_fine"] = "The sun shines."
    outcomes(raw, "pre")[0]["conditions"].append("weather_fine")


def update_unknown(raw):
    outcomes(raw, "pre")[0]["after"].append("celebrate")


def update_unused(raw):
    outcomes(raw, "confirmed")[0]["after"] = []


def waiting_with_work(raw):
    raw["states"]["ready"]["work"] = "measure"


def waiting_with_then(raw):
    raw["states"]["ready"]["then"] = "measured"


def work_unknown(raw):
    raw["states"]["keeping"]["work"] = "celebrate"


def work_missing(raw):
    del raw["states"]["keeping"]["work"]


def then_missing(raw):
    del raw["states"]["keeping"]["then"]


def then_by_an_agent(raw):
    raw["states"]["keeping"]["then"] = "discard"


def no_sure_way_out(raw):
    outcomes(raw, "kept").pop()


def then_starts_elsewhere(raw):
    raw["states"]["keeping"]["then"] = "discarded"


def agent_in_a_working_state(raw):
    outcomes(raw, "discard")[0]["source"].append("keeping")


MUTATIONS = {
    unknown_initial: "initial state nowhere is not declared",
    unknown_source: "trigger pre names state nowhere, which is not declared",
    unknown_dest: "trigger built names state nowhere, which is not declared",
    agent_without_argv: "trigger keep is offered to agents but has no argv",
    unreachable: "state limbo cannot be reached",
    dead_end: "state trap is a dead end: it offers nothing to anybody",
    dead_behind_a_sure_one: "trigger kept: the outcome keeping -> ready can never be taken",
    dead_behind_a_weaker_one: "trigger checked: the outcome checking -> ready can never be taken",
    condition_not_described: "condition trusted is used but not described",
    condition_not_used: "condition overwriting is described but not used",
    explained_condition_not_described: "condition weather_fine is used but not described",
    condition_without_guard: "condition weather_fine has no guard",
    update_unknown: "trigger pre names the update celebrate, which does not exist",
    update_unused: "update record_confirmation is never used",
    waiting_with_work: "waiting state ready must not have work",
    waiting_with_then: "waiting state ready must not have work",
    work_unknown: "working state keeping names the work celebrate, which does not exist",
    work_missing: "working state keeping names the work None, which does not exist",
    then_missing: "working state keeping must name an engine trigger in `then`",
    then_by_an_agent: "working state keeping must name an engine trigger in `then`",
    no_sure_way_out: "working state keeping has no sure way out: the last outcome of kept must be unconditional",
    then_starts_elsewhere: "working state keeping has no sure way out: "
    "the last outcome of discarded must be unconditional",
    agent_in_a_working_state: "working state keeping must not offer anything to agents",
}


@pytest.mark.parametrize("change", MUTATIONS, ids=lambda change: change.__name__)
def test_lint_catches(change):
    assert MUTATIONS[change] in mutated(change)


def test_every_working_state_is_left_by_its_engine_trigger_or_by_interruption_only(table):
    for name, state in table.states.items():
        leaving = {trigger for trigger, declared in table.triggers.items() if name in declared.sources()}
        if state.kind == "working":
            assert leaving == {state.then, "interrupted"}, name
            assert table.triggers["interrupted"].from_state(name)[-1].conditions == (), name
        else:
            assert all(table.triggers[trigger].by != "engine" for trigger in leaving), name


def test_each_work_and_each_engine_trigger_has_its_own_state(table):
    working = [state for state in table.states.values() if state.kind == "working"]
    engine = {name for name, trigger in table.triggers.items() if trigger.by == "engine"}
    assert sorted(state.work for state in working) == sorted(WORKS)
    assert {state.then for state in working} | {"interrupted"} == engine


def test_what_a_driver_reports_leads_nowhere_and_needs_no_work(table):
    reported = [o for trigger in table.triggers.values() if trigger.by == "driver" for o in trigger.outcomes]
    assert reported
    assert all(outcome.source == (outcome.dest,) for outcome in reported)
    assert {function for outcome in reported for function in outcome.after} == {"book_usage"}


def test_a_verdict_other_than_keep_never_leads_to_a_commit(table):
    sources = {
        source
        for trigger in table.triggers.values()
        for o in trigger.outcomes
        if o.dest in {"keeping", "deferring"}
        for source in o.source
    }
    assert sources == {"keepable"}
    needed = {"scope_respected", "harness_untouched", "guardrails_passed", "metric_improved"}
    into = [
        o
        for trigger in table.triggers.values()
        for o in trigger.outcomes
        if o.dest == "keepable" and o.source not in {("keeping", "deferring"), ("keepable",)}
    ]
    assert into
    assert all(needed <= set(outcome.conditions) for outcome in into)


def test_the_budget_is_asked_before_every_new_experiment(table):
    opening = [o for name in ("pre", "revive", "eval") for o in table.triggers[name].outcomes]
    opening = [o for o in opening if o.dest == "reviving" or "open_experiment" in o.after]
    assert len(opening) == 3
    assert all("budget_left" in outcome.conditions for outcome in opening)


def test_descriptions_are_sentences(table):
    said = [x.describe for x in (*table.states.values(), *table.triggers.values())] + list(table.conditions.values())
    assert all(re.fullmatch(r"[A-Z].*[.]", sentence) for sentence in said)


# --- reading the file


def test_a_key_that_occurs_twice_is_refused_with_its_line():
    lines = TEXT.splitlines()
    line = lines.index("  ready:")
    twice = "\n".join([*lines[:line], "  ready: {kind: waiting, describe: First.}", *lines[line:]])
    with pytest.raises(ConfigError) as caught:
        workflow.parse(twice)
    assert caught.value.code == "workflow_invalid"
    assert "'ready'" in caught.value.why
    assert f"line {lines.index('states:') + 2}" in caught.value.why


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1, 2",
        "- a\n- b\n",
        "{? [1]: a, ? [1]: b}",
        "{1: a, 1: b, x: c, x: d}",
        "a: 2020-99-99",
        TEXT.replace("kind: waiting", "kind: sleeping", 1),
        TEXT.replace("describe:", "descibe:", 1),
        TEXT.replace("schema_version: 1", "schema_version: 2"),
        TEXT + "\nextra: 1\n",
        "!!python/object/apply:os.getcwd []",
    ],
)
def test_a_broken_file_is_a_config_error(text):
    with pytest.raises(ConfigError) as caught:
        workflow.parse(text)
    assert caught.value.code == "workflow_invalid"
    assert caught.value.why
    assert "workflow.yaml" in caught.value.fix


def test_what_is_loaded_is_the_shipped_file(table):
    assert workflow.parse(TEXT) == table
    assert workflow.load() is workflow.load()


def test_an_incomplete_installation_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(workflow, "__file__", str(tmp_path / "autoloop" / "workflow.py"))
    with pytest.raises(ConfigError) as caught:
        workflow.path()
    assert caught.value.code == "workflow_missing"
    assert "reinstall" in caught.value.fix


# --- what is made of it


def test_the_diagram_has_every_state_and_every_edge_once(table):
    lines = [line.strip() for line in workflow.mermaid(table).splitlines()]
    assert lines[0] == "stateDiagram-v2"
    edges = [match.groups() for line in lines if (match := re.fullmatch(r"(\S+) --> (\S+)(?:: (.+))?", line))]
    assert len(set(edges)) == len(edges)
    expected = {("[*]", table.initial, None)}
    for name, trigger in table.triggers.items():
        label = name if trigger.by == "agent" else f"[{name}]"
        expected |= {(source, o.dest, label) for o in trigger.outcomes for source in o.source}
    assert set(edges) == expected
    assert {state for edge in edges for state in edge[:2]} - {"[*]"} == set(table.states)
    drawn_working = next(line for line in lines if line.startswith("class ")).split()[1].split(",")
    assert drawn_working == [name for name, state in table.states.items() if state.kind == "working"]


def fits(value, schema, root):
    """A check of the few JSON Schema words that the workflow's schema uses; unknown words fail."""
    if "$ref" in schema:
        return fits(value, root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root)
    known = {
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "anyOf",
        "default",
        "title",
        "description",
    }
    assert set(schema) <= known, set(schema) - known
    if "anyOf" in schema:
        return any(fits(value, option, root) for option in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}
    if not isinstance(value, kinds[schema["type"]]):
        return False
    if isinstance(value, list):
        return all(fits(item, schema["items"], root) for item in value)
    return not isinstance(value, dict) or fits_object(value, schema, root)


def fits_object(value, schema, root):
    named, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    if not set(schema.get("required", [])) <= set(value):
        return False
    for key, item in value.items():
        rule = named.get(key, others)
        if rule is False or (rule is not True and not fits(item, rule, root)):
            return False
    return True


def test_the_schema_describes_the_shipped_file():
    schema = workflow.schema()
    raw = yaml.safe_load(TEXT)
    assert fits(raw, schema, schema)
    raw["states"]["ready"]["kind"] = "sleeping"
    assert not fits(raw, schema, schema)
    assert not fits({**yaml.safe_load(TEXT), "extra": 1}, schema, schema)
    msgspec.json.encode(schema)


def test_the_compiled_form_is_what_the_file_says():
    beside = workflow.path().with_suffix(".json").read_bytes()
    assert msgspec.json.decode(beside) == msgspec.json.decode(workflow.compiled())


@pytest.mark.parametrize("beside", [None, b"", b"{", b'{"source": "x"}', b"{}", "of another text"])
def test_whatever_lies_beside_it_the_source_decides(tmp_path, monkeypatch, beside):
    source = tmp_path / workflow.FILE
    source.write_text(TEXT.replace("initial: uninitialized", "initial: ready"))
    if beside is not None:
        shipped = workflow.path().with_suffix(".json").read_bytes()
        source.with_suffix(".json").write_bytes(beside if isinstance(beside, bytes) else shipped)
    monkeypatch.setattr(workflow, "path", lambda: source)
    workflow.load.cache_clear()
    try:
        assert workflow.load().initial == "ready"
    finally:
        workflow.load.cache_clear()
