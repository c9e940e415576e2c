"""`git clean -fdx` takes .autoloop/ away; the journal is brought back from git's own store."""

from __future__ import annotations

import shutil


def test_history_survives_git_clean(world):
    world.win("80")
    before = world.result("status")
    experiments = world.result("history")["experiments"]
    world.git("clean", "-qfdx")
    assert world.state() == "uninitialized"
    check = world.result("doctor", code=1)["checks"][-1]
    assert "refs/autoloop/" in check["why"]
    assert check["fix"] == "autoloop doctor --rebuild"
    world.result("doctor", "--rebuild", code=None)
    assert world.result("status")["counts"] == before["counts"]
    assert world.result("history")["experiments"] == experiments
    assert world.git("status", "--porcelain") == ""
    world.result("doctor")
    world.win("60")
    world.git("fsck", "--strict", "--no-dangling")


def test_a_journal_that_is_there_is_never_replaced(world):
    world.win("80")
    journal = (world.root / ".autoloop/history.jsonl").read_bytes()
    world.result("doctor", "--rebuild")
    assert (world.root / ".autoloop/history.jsonl").read_bytes().startswith(journal)


def test_of_several_journals_none_is_guessed(world):
    world.win("80")
    ref = next(line for line in world.git("for-each-ref", "--format=%(refname)").split() if line.endswith("/journal"))
    world.git("update-ref", "refs/autoloop/other/journal", ref)
    shutil.rmtree(world.root / ".autoloop")
    error = world.refused("doctor", "--rebuild", code=5)
    assert error["code"] == "several_journals"
    assert "refs/autoloop/other/journal" in error["why"]


def test_only_a_journal_that_has_grown_is_copied(world):
    world.win("80")
    ref = next(line for line in world.git("for-each-ref", "--format=%(refname)").split() if line.endswith("/journal"))
    held = world.git("rev-parse", ref)
    world.json("resume")
    assert world.git("rev-parse", ref) == held
    world.win("60")
    assert world.git("rev-parse", ref) != held
