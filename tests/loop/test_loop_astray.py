"""Agents that do more than change files: what they moved goes back, and what they committed stays reachable."""

from __future__ import annotations

import json

import pytest


def drive(world, script, *more, code=0):
    (world.root.parent / "agent.sh").write_text(script)
    command = f"sh {world.root.parent / 'agent.sh'} {{prompt_file}}"
    return world.result("run", "--agent-cmd", command, "--goal", "cheaper", "--experiments", "1", *more, code=code)


def event(world):
    return world.result("show", "1")["experiment"]["calls"][0]["event"]


def test_its_own_commit_is_taken_back_and_its_change_measured(world):
    before = world.git("rev-parse", "HEAD")
    answer = drive(world, "echo 80 > cost.txt; git commit -qam mine")
    assert answer["experiments"][0]["status"] == "kept"
    assert world.git("rev-parse", "HEAD^") == before


def test_a_branch_that_was_switched_goes_back(world):
    before = world.git("symbolic-ref", "HEAD")
    drive(world, "git checkout -q --orphan elsewhere; git commit -qm other")
    assert world.git("symbolic-ref", "HEAD") == before
    assert event(world) == "strayed"


def test_own_files_that_were_edited_are_back(world):
    before = world.read(".autoloop/config.toml")
    answer = drive(world, "echo 80 > cost.txt; echo '# mine' >> .autoloop/config.toml")
    assert world.read(".autoloop/config.toml") == before
    assert (event(world), answer["experiments"][0]["status"]) == ("meddled", "discarded")


def test_a_second_loop_is_refused(world):
    again = "python3 -m autoloop run --propose true --json > ../second.json; echo 80 > cost.txt"
    drive(world, again)
    assert json.loads((world.root.parent / "second.json").read_text())["error"]["code"]


@pytest.mark.parametrize("cap", [("--tokens", "1k"), ("--usd", "1")])
def test_a_cap_that_nobody_can_hold_is_refused(world, cap):
    assert world.refused("run", "--agent-cmd", "true", "--goal", "g", *cap)["code"] == "cap_not_enforceable"
