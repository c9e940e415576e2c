"""Keep and discard over the git matrix of `git_cases`: done exactly, or refused with nothing touched."""

from __future__ import annotations

import msgspec
import pytest
from git_cases import CASES, Case
from git_checks import check_commit, check_index, check_rest, check_restored
from git_world import World

from autoloop.errors import GitError
from autoloop.git import DiscardPlan, KeepPlan


@pytest.fixture
def furnished(tmp_path, request, monkeypatch, hasty) -> World:
    case: Case = request.param
    monkeypatch.setattr("autoloop.git.locks._PATIENCE", 0.3)
    world = World(tmp_path / "world", *case.init)
    if case.furnished:
        world.furnish()
    else:
        world.workspace()
    case.mine(world)
    world.case = case
    return world


# how a discard that is not refused may end; anything else in the table is the code of a refusal
DONE = {"done", "ignored", "nested", "modes", "moved"}
matrix = pytest.mark.parametrize("furnished", CASES, ids=str, indirect=True)


@matrix
def test_discard_brings_everything_back(furnished):
    world, case = furnished, furnished.case
    before = world.begin()
    began = world.fingerprint()
    case.edit(world)
    edited = world.fingerprint()
    tree, changes = world.measured(before)
    assert world.fingerprint() == edited

    try:
        plan = world.repository.plan_discard(before, tree, changes, world.trash, world.scratch)
    except GitError as error:
        assert (error.code, bool(error.fix)) == (case.discard, True)
        assert world.fingerprint() == edited
        return
    assert case.discard in DONE
    assert world.fingerprint() == edited
    told = world.repository.apply_discard(
        msgspec.json.decode(msgspec.json.encode(plan), type=DiscardPlan), world.scratch
    )

    assert told == ()
    check_restored(world, began, edited, case)
    assert world.leftovers() == []
    assert world.git("ls-tree", "-r", world.trash) == world.git("ls-tree", "-r", tree)
    world.git("fsck", "--strict", "--no-dangling")


@matrix
def test_keep_commits_the_experiment_and_nothing_else(furnished):
    world, case = furnished, furnished.case
    before = world.begin()
    began = world.fingerprint()
    case.edit(world)
    tree, changes = world.measured(before)
    edited = world.fingerprint()
    head = world.git("rev-parse", "-q", "--verify", "HEAD", check=False).decode().strip()

    try:
        plan = world.repository.plan_keep(before, tree, changes, "a win\n\nmore\n", world.scratch)
    except GitError as error:
        assert (error.code, bool(error.fix)) == (case.keep, True)
        assert world.fingerprint() == edited
        return
    assert case.keep == "done"
    assert world.fingerprint() == edited
    plan = msgspec.json.decode(msgspec.json.encode(plan), type=KeepPlan)
    assert world.repository.keep_state(plan) == "untouched"
    assert world.repository.apply_keep(plan, world.scratch) == ()
    assert world.repository.keep_state(plan) == "done"

    assert world.line("rev-parse", "HEAD") == plan.commit
    assert world.line("log", "-1", "--format=%P") == head
    assert world.git("log", "-1", "--format=%B") == b"a win\n\nmore\n\n"
    check_commit(world, plan, changes, case, head)
    check_rest(world, plan, edited, changes)
    check_index(world, began if began["refs"] == edited["refs"] else edited, changes)
    assert world.leftovers() == []
    world.git("fsck", "--strict", "--no-dangling")
