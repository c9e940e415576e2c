"""A keep or discard that dies or fails after any of its steps is finished by doing it again."""

from __future__ import annotations

import shutil

import pytest
from git_faults import FLAVOURS, copied, interrupted
from git_world import LINES, World

from autoloop.git import Repository


@pytest.fixture
def busy(world, hasty) -> World:
    """A user with work of every kind, and an experiment all over it."""
    world.write("staged.txt", LINES)
    world.write("flagged.txt", b"flagged\n")
    world.commit("more")
    world.git("update-index", "--assume-unchanged", "flagged.txt")
    world.edit("code.py", b"line 1\n", b"MINE\n")
    world.edit("staged.txt", b"line 6\n", b"STAGED\n")
    world.git("add", "staged.txt")
    world.edit("staged.txt", b"line 12\n", b"UNSTAGED\n")
    world.write("untracked.txt", b"mine\n", 0o600)
    world.write("intended.txt", b"mine\n")
    world.git("add", "-N", "intended.txt")
    world.before = world.begin()
    world.began = world.fingerprint()
    return world


def experiment(world, *, spare: bool) -> None:
    world.edit("code.py", b"line 12\n", b"FASTER\n")
    world.edit("staged.txt", b"line 1\n", b"FASTER\n")
    world.write("flagged.txt", b"FASTER\n")
    world.write("a/b/new.txt", b"new\n")
    world.remove("other.txt")
    world.write("other.txt/inside", b"inside\n")
    shutil.rmtree(world.work / "dir")
    world.link("dir", "a")
    world.path("run.sh").chmod(0o644)
    world.git("add", "-A")
    if not spare:
        world.write("untracked.txt", b"changed\n")
        world.remove("intended.txt")


@FLAVOURS
def test_keep(busy, monkeypatch, flavour):
    experiment(busy, spare=True)
    tree, changes = busy.measured(busy.before)
    plan = busy.repository.plan_keep(busy.before, tree, changes, "win\n", busy.scratch)
    busy.repository.anchor({"refs/autoloop/test/1/keep": plan.commit})

    def apply(world):
        return Repository.discover(world.work).apply_keep(plan, world.scratch)

    states = set()
    untouched = busy.fingerprint()
    whole = copied(busy, "whole")
    assert apply(whole) == ()
    wanted = whole.fingerprint()
    assert wanted != untouched
    for number in range(1, 200):
        world = copied(busy, number)
        if not interrupted(world, monkeypatch, number, flavour, apply):
            break
        state = world.repository.keep_state(plan)
        tip = world.line("rev-parse", "HEAD")
        assert state in ({"untouched"} if tip != plan.commit else {"partial", "done"})
        states.add(state)
        assert apply(world) == ()
        assert world.repository.keep_state(plan) == "done"
        assert world.fingerprint() == wanted
        assert not [name for name in world.leftovers() if not name.startswith("git-")]
        shutil.rmtree(world.root)
    assert states == {"untouched", "partial", "done"}


@FLAVOURS
def test_discard(busy, monkeypatch, flavour):
    experiment(busy, spare=False)
    tree, changes = busy.measured(busy.before)
    plan = busy.repository.plan_discard(busy.before, tree, changes, busy.trash, busy.scratch)

    def apply(world):
        return Repository.discover(world.work).apply_discard(plan, world.scratch)

    for number in range(1, 400):
        world = copied(busy, number)
        if not interrupted(world, monkeypatch, number, flavour, apply):
            break
        assert apply(world) == ()
        assert world.fingerprint() == busy.began
        assert not [name for name in world.leftovers() if not name.startswith("git-")]
        assert apply(world) == ()
        shutil.rmtree(world.root)
    assert number > 20


@pytest.mark.parametrize("loss", ["ready", "aside", "everything"])
def test_a_discard_whose_scratch_was_wiped(busy, monkeypatch, loss):
    experiment(busy, spare=False)
    tree, changes = busy.measured(busy.before)
    plan = busy.repository.plan_discard(busy.before, tree, changes, busy.trash, busy.scratch)
    assert interrupted(busy, monkeypatch, 14, "error after", lambda w: w.repository.apply_discard(plan, w.scratch))
    shutil.rmtree(busy.scratch / plan.scratch / ("" if loss == "everything" else loss))
    assert busy.repository.apply_discard(plan, busy.scratch) == ()
    assert busy.fingerprint() == busy.began
