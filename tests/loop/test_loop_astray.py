"""Agents that do more than change files: what they moved goes back, and what they committed stays reachable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

DATA = Path(__file__).parent.parent / "data" / "agents"


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
    again = "python3 -m autoloop run --propose true --experiments 7 --json > ../second.json; echo 80 > cost.txt"
    drive(world, again)
    assert json.loads((world.root.parent / "second.json").read_text())["error"]["code"] == "driven"


@pytest.mark.parametrize(
    "words", ["eval", "pre --description x", "keep", "discard", "usage ingest --agent codex notes", "steer x"]
)
def test_no_step_of_the_loop_can_be_taken_from_inside(world, words):
    (world.root.parent / "notes").write_bytes((DATA / "codex.jsonl").read_bytes())
    acting = words.replace("notes", "../notes")
    drive(world, f"python3 -m autoloop {acting} --json > ../inside.json; echo 80 > cost.txt")
    assert json.loads((world.root.parent / "inside.json").read_text())["error"]["code"] == "driven"
    assert event(world) == "proposed"


def test_looking_is_allowed_from_inside(world):
    drive(world, "python3 -m autoloop status --json > ../inside.json; echo 80 > cost.txt")
    assert json.loads((world.root.parent / "inside.json").read_text())["result"]["experiment"]["id"] == 1


def test_one_who_hides_that_it_is_driven_starts_no_second_loop(world):
    again = "env -u AUTOLOOP_DRIVEN python3 -m autoloop run --propose true --json > ../second.json; echo 80 > cost.txt"
    answer = drive(world, again)
    assert json.loads((world.root.parent / "second.json").read_text())["error"]["code"] == "run_in_progress"
    assert answer["experiments"][0]["status"] == "kept"


def test_commits_that_were_reset_away_are_back_and_nothing_of_it_is_measured(world):
    world.write("notes.txt", "mine\nnew thoughts\n")
    world.git("commit", "-qam", "thoughts")
    before = world.git("rev-parse", "HEAD")
    world.write("notes.txt", "mine\nnewer thoughts\n")
    world.write("untracked.txt", "mine too\n")
    answer = drive(world, "git reset -q --hard HEAD^; git clean -qfd; echo 80 > cost.txt")
    assert (event(world), answer["experiments"][0]["status"]) == ("strayed", "discarded")
    assert world.git("rev-parse", "HEAD") == before
    assert world.read("notes.txt") == "mine\nnewer thoughts\n"
    assert world.read("untracked.txt") == "mine too\n"
    assert world.read("cost.txt") == "100\n"


@pytest.mark.parametrize("begin", ["git merge -q side", "git rebase -q side"])
def test_a_merge_that_was_left_half_done_does_not_end_the_session(world, begin):
    world.git("switch", "-qc", "side")
    world.write("notes.txt", "theirs\n")
    world.git("commit", "-qam", "side")
    world.git("switch", "-q", "main")
    world.write("notes.txt", "ours\n")
    world.git("commit", "-qam", "ours")
    before = world.git("rev-parse", "HEAD")
    answer = drive(world, f"test -e ../again || {begin}; touch ../again; echo 80 > cost.txt", "--experiments", "2")
    assert [one["status"] for one in answer["experiments"]] == ["discarded", "kept"]
    assert event(world) == "strayed"
    assert world.git("rev-parse", "HEAD^") == before
    assert world.git("status", "--porcelain") == ""
    assert world.read("notes.txt") == "ours\n"


@pytest.mark.parametrize("cleaning", ["git reset -q --hard", "git stash -q", "git checkout -q -- ."])
def test_work_of_the_user_that_was_thrown_away_is_back(world, cleaning):
    world.write("notes.txt", "mine\nnew thoughts\n")
    answer = drive(world, f"{cleaning}; echo 80 > cost.txt")
    assert (event(world), answer["experiments"][0]["status"]) == ("strayed", "discarded")
    assert world.read("notes.txt") == "mine\nnew thoughts\n"


@pytest.mark.parametrize("cap", [("--tokens", "1k"), ("--usd", "1")])
def test_a_cap_that_nobody_can_hold_is_refused(world, cap):
    assert world.refused("run", "--agent-cmd", "true", "--goal", "g", *cap)["code"] == "cap_not_enforceable"
