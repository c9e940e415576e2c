"""The loop where ``.git`` is truly read-only, and landing from outside."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from loop_world import World

from autoloop.model import Record
from autoloop.paths import Layout
from autoloop.store import Store

_MOUNT = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'
_WAYS = (("unshare", "-m"), ("unshare", "-rm"))


def read_only(folder: Path) -> tuple[str, ...]:
    """What to put in front of a command so that it finds ``folder`` read-only; empty when this system has no way."""
    for way in _WAYS:
        before = (*way, "sh", "-c", _MOUNT, "read-only", str(folder))
        probe = ("sh", "-c", f'! touch "{folder}/probe" 2>/dev/null')
        try:
            done = subprocess.run([*before, *probe], capture_output=True, timeout=120, check=False)
        except OSError:
            continue
        if done.returncode == 0:
            return before
        (folder / "probe").unlink(missing_ok=True)
    return ()


@pytest.fixture
def inside(world: World) -> World:
    """The same world, seen from a sandbox that may not write ``.git``."""
    before = read_only(world.root / ".git")
    if not before:
        pytest.skip("neither root nor user namespaces here: no read-only mount can be made")
    return World(world.root, world.env, before)


def heads(world: World) -> str:
    return world.git("for-each-ref", "refs/heads") + world.git("diff", "--cached", "--stat")


def test_a_whole_session_in_a_sandbox_lands_from_outside(world, inside):
    start = heads(world)
    assert {c["id"]: c for c in inside.result("doctor", "--yes")["checks"]}["git_writable"]["status"] == "warn"
    inside.result("baseline")
    kept = inside.win("80", "first")
    assert kept["experiment"]["waits"]
    assert inside.win("64", "second")["experiment"]["waits"]
    inside.result("pre", "--description", "worse")
    inside.write("cost.txt", "200\n")
    inside.result("eval")
    inside.result("discard", "--revert")
    assert inside.read("cost.txt") == "64\n"
    assert "+64" in inside.result("diff", "2")["text"]
    assert inside.result("status")["waiting"] == [1, 2]
    assert inside.result("next")["waiting"] == [1, 2]
    assert "2 wins wait to land: #1, #2" in inside.run("status").stdout
    for refused in ("land", "finalize"):
        assert inside.refused(refused, code=5)["code"] == "not_writable"
    assert heads(world) == start

    landed = world.result("land")
    assert landed["branch"] == "main"
    assert [one["id"] for one in landed["landed"]] == [1, 2]
    assert world.git("log", "--format=%s").splitlines() == ["exp-002: second", "exp-001: first", "first"]
    assert world.git("show", "HEAD^:cost.txt") == "80\n"
    assert world.git("status", "--porcelain") == ""
    assert not (world.root / ".autoloop/objects").exists()
    assert world.git("fsck", "--full", "--no-dangling") == ""
    assert "/3/trash" in world.git("for-each-ref", "--format=%(refname)", "refs/autoloop")
    assert world.refused("land")["code"] == "nothing_waits"

    assert world.win("50", "third")["experiment"]["waits"] is False
    assert world.result("finalize", "--no-confirm")["branches"][0]["experiments"] == [1, 2, 4]


def test_undo_and_revive_in_a_sandbox(inside):
    inside.win("80", "first")
    inside.win("64", "second")
    assert inside.json("undo")["state"] == "keepable"
    assert inside.result("status")["waiting"] == [1]
    assert inside.read("cost.txt") == "64\n"
    inside.result("discard", "--revert")
    assert inside.read("cost.txt") == "80\n"
    inside.json("undo")
    assert inside.read("cost.txt") == "64\n"
    inside.result("discard")
    assert inside.result("revive", "2")["paths"] == ["cost.txt"]
    assert inside.result("eval")["verdict"] == "keep"
    inside.result("keep")
    assert inside.result("status")["waiting"] == [1, 3]


def test_an_eval_without_pre_after_landing_is_judged_and_discarded_as_ever(world, inside):
    inside.win("80", "first")
    world.result("land")
    world.write("cost.txt", "300\n")
    assert world.result("eval")["verdict"] == "discard"
    world.result("discard", "--revert")
    assert world.read("cost.txt") == "80\n"
    assert world.git("status", "--porcelain") == ""


def test_wins_can_be_held_back_where_git_is_writable(world):
    start = heads(world)
    world.result("pre", "--description", "held")
    world.write("cost.txt", "80\n")
    world.result("eval")
    assert world.result("keep", "--no-commit")["experiment"]["waits"]
    assert world.win("64", "later")["experiment"]["waits"], "it is built on the one that waits"
    assert heads(world) == start
    assert not (world.root / ".autoloop/objects").exists()
    found = world.result("finalize", "--no-confirm")["branches"][0]
    assert found["experiments"] == [1, 2]
    assert heads(world).replace(world.git("for-each-ref", f"refs/heads/{found['name']}"), "") == start
    world.write("notes.txt", "still mine\n")
    world.git("commit", "-qm", "mine", "--", "notes.txt")
    landed = world.result("land")
    assert landed["rebased"]
    assert world.git("log", "--format=%s").splitlines()[:3] == ["exp-002: later", "exp-001: held", "mine"]
    assert world.result("show", "2")["experiment"]["commit"] == world.git("rev-parse", "HEAD").strip()


@pytest.mark.parametrize("point", [1, 2, 3, 4])
def test_a_landing_that_was_killed_is_finished_once(world, inside, point):
    """Killed after that many lines of the journal have been written: taken, planned, moved, done."""
    inside.win("80", "first")
    inside.win("64", "second")
    journal = world.root / ".autoloop/history.jsonl"
    lines = journal.read_bytes().count(b"\n") + point
    with world.start("land") as running:
        while journal.read_bytes().count(b"\n") < lines and running.poll() is None:
            pass
        running.kill()
    world.result("resume")
    if Store(Layout(world.root)).load(Record).waiting:  # it was killed before it had begun
        world.result("land")
    assert world.git("log", "--format=%s").splitlines() == ["exp-002: second", "exp-001: first", "first"]
    assert world.git("status", "--porcelain") == ""
    assert world.state() == "ready"
    assert world.git("fsck", "--full", "--no-dangling") == ""
    assert not [name for name in os.listdir(world.root / ".git") if name.endswith(".lock")]
