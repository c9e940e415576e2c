"""Answers are one line of JSON that an agent's shell does not cut, whatever the repository holds."""

from __future__ import annotations

import json

import pytest
from loop_world import CONFIG

LONGEST = 28_000
DECIDES = 2000


@pytest.fixture
def crowded(configured):
    """Many guardrails, metrics and changed files."""
    rails = "".join(
        f'[guardrails.guardrail-number-{number}]\nmetric = "a_rather_long_name_of_a_metric_{number}"\n'
        'direction = "lower_is_better"\nthreshold = "5%"\n'
        for number in range(120)
    )
    printing = 'for n in range(400): print(f"METRIC a_rather_long_name_of_a_metric_{n}={n}")\n'
    configured.write("bench.py", configured.read("bench.py") + printing)
    configured.git("commit", "-qam", "more numbers")
    configured.write(".autoloop/config.toml", CONFIG + rails)
    configured.prove()
    return configured


def test_answers_stay_short_and_begin_with_what_decides(crowded):
    crowded.result("pre", "--description", "a large change " + "x" * 3000)
    crowded.write("cost.txt", "80\n")
    for number in range(1500):
        crowded.write(f"generated/a_rather_long_file_name_{number}.txt", f"{number}\n" * 20)
    printed = crowded.run("eval", "--json").stdout
    answer = json.loads(printed)
    assert len(printed) < LONGEST
    for wanted in ('"state":"keepable"', '"action":"keep"', '"verdict":"keep"', answer["result"]["reasons"][0]):
        assert wanted in printed[:DECIDES]
    assert answer["cut"]["left_out"]["result.paths"] > 1000
    whole = json.loads(crowded.read(answer["cut"]["file"]))
    assert len(whole["result"]["paths"]) == 1501
    assert len(whole["result"]["guardrails"]) == 122
    for arguments in (["show", "1"], ["diff", "1"], ["status"], ["next"], ["keep"], ["history"], ["learn"], ["config"]):
        printed = crowded.run(*arguments, "--json").stdout
        assert len(printed) < LONGEST, arguments
        assert json.loads(printed)["ok"], arguments


def test_a_long_error_is_cut_too_and_kept_whole(configured):
    configured.write("bench.py", "import sys\nsys.exit(('ä' * 900 + '\\n') * 60)\n")
    printed = configured.run("doctor", "--yes", "--json").stdout
    assert len(printed) < LONGEST
    assert json.loads(printed)["result"]["healthy"] is False


def test_every_schema_is_a_schema(repository):
    names = repository.run("schema").stdout.split()
    assert {"config", "envelope", "workflow", "show", "learn", "machine"} <= set(names)
    for name in names:
        assert json.loads(repository.run("schema", name).stdout).keys() & {"$ref", "properties"}, name
    assert repository.refused("schema", "nonsense", code=2)["fix"] == "autoloop schema"


def test_the_ledger_names_the_target_and_what_is_unknown(world):
    budget = world.json("session", "start", "--target", "20%", "--tokens", "1000", "--usd", "2.5")["budget"]
    assert budget["target"] == {"limit": 80.0, "spent": 100.0, "left": 20.0}
    assert budget["tokens"] == {"limit": 1000, "spent": None, "left": None}
    assert budget["usd"] == {"limit": 2.5, "spent": None, "left": None}
    world.win("79")
    assert world.json("status")["budget"]["target"]["left"] == 0
    assert world.state() == "exhausted"
    assert world.refused("pre", "--description", "more", code=6)["code"] == "budget_target"
