"""Undo and revive on the git floor: exact, refused where the world has moved on, and finished after any death."""

from __future__ import annotations

import shutil

import pytest
from git_faults import FLAVOURS, copied, interrupted
from git_world import LINES, LOOP, World

from autoloop.errors import GitError
from autoloop.git import Repository

UNDONE = f"{LOOP}/1/undone"


@pytest.fixture
def busy(world, hasty) -> World:
    """A user with staged, dirty and untracked work, and a remembered beginning."""
    world.write("staged.txt", LINES)
    world.commit("more")
    world.edit("staged.txt", b"line 6\n", b"STAGED\n")
    world.git("add", "staged.txt")
    world.edit("staged.txt", b"line 12\n", b"UNSTAGED\n")
    world.write("untracked.txt", b"mine\n", 0o600)
    world.before = world.begin()
    return world


def experiment(world: World) -> None:
    world.edit("code.py", b"line 12\n", b"FASTER\n")
    world.edit("staged.txt", b"line 1\n", b"FASTER\n")
    world.write("a/b/new.txt", b"new\n")
    world.write("tool.sh", b"#!/bin/sh\n", 0o755)
    world.remove("other.txt")
    shutil.rmtree(world.work / "dir")
    world.link("dir", "a")


def kept(world: World):
    experiment(world)
    tree, changes = world.measured(world.before)
    untouched = world.fingerprint()
    plan = world.repository.plan_keep(world.before, tree, changes, "win\n", world.scratch)
    world.repository.apply_keep(plan, world.scratch)
    return plan, untouched


def discarded(world: World):
    experiment(world)
    tree, changes = world.measured(world.before)
    measured = world.fingerprint()
    plan = world.repository.plan_discard(world.before, tree, changes, world.trash, world.scratch)
    world.repository.apply_discard(plan, world.scratch)
    return plan, measured


# --- keep


def test_taking_a_keep_back_leaves_everything_as_it_was_before_it(busy):
    plan, untouched = kept(busy)
    assert busy.fingerprint() != untouched
    busy.repository.check_unkeep(plan)
    assert busy.repository.take_back_keep(plan, busy.scratch) == ()
    assert busy.fingerprint() == untouched
    assert busy.line("log", "-1", "--format=%gs", "-g") == "autoloop undo: win"


def test_what_was_staged_since_the_keep_stays_staged(busy):
    plan, _ = kept(busy)
    busy.write("code.py", b"mine\n")
    busy.git("add", "code.py")
    assert busy.repository.take_back_keep(plan, busy.scratch) == ("code.py",)
    assert busy.git("show", ":code.py") == b"mine\n"


@pytest.mark.parametrize("move", ["commit", "branch", "reset"])
def test_a_branch_that_moved_since_is_left_alone(busy, move):
    plan, _ = kept(busy)
    if move == "commit":
        busy.git("commit", "-q", "--no-verify", "--allow-empty", "-m", "mine")
    elif move == "branch":
        busy.git("switch", "-q", "-c", "elsewhere")
    else:
        busy.git("reset", "-q", "--soft", "HEAD~2")
    now = busy.fingerprint()
    with pytest.raises(GitError) as caught:
        busy.repository.check_unkeep(plan)
    assert caught.value.code == {"branch": "head_moved"}.get(move, "branch_moved")
    assert busy.fingerprint() == now


@FLAVOURS
def test_taking_a_keep_back_dies_anywhere(busy, monkeypatch, flavour):
    plan, untouched = kept(busy)

    def apply(world):
        return Repository.discover(world.work).take_back_keep(plan, world.scratch)

    for number in range(1, 200):
        world = copied(busy, number)
        if not interrupted(world, monkeypatch, number, flavour, apply):
            break
        assert apply(world) == ()
        assert world.fingerprint() == untouched
        assert not [name for name in world.leftovers() if not name.startswith("git-")]
        shutil.rmtree(world.root)
    assert number > 10


# --- discard


def test_taking_a_discard_back_brings_every_byte_back_and_leaves_the_index(busy):
    plan, measured = discarded(busy)
    between = busy.index()
    back = busy.repository.plan_undiscard(plan, UNDONE, busy.scratch)
    assert busy.repository.apply_discard(back, busy.scratch) == ()
    assert busy.fingerprint() == measured
    assert busy.index() == between


def test_files_edited_since_the_discard_are_never_written_over(busy):
    plan, _ = discarded(busy)
    busy.edit("code.py", b"line 1\n", b"MINE\n")
    busy.write("a/b/new.txt", b"mine\n")
    now = busy.fingerprint()
    with pytest.raises(GitError) as caught:
        busy.repository.plan_undiscard(plan, UNDONE, busy.scratch)
    assert caught.value.code == "edited_since"
    assert "a/b/new.txt" in caught.value.why
    assert "code.py" in caught.value.why
    assert busy.fingerprint() == now


@FLAVOURS
def test_taking_a_discard_back_dies_anywhere(busy, monkeypatch, flavour):
    plan, measured = discarded(busy)
    back = busy.repository.plan_undiscard(plan, UNDONE, busy.scratch)

    def apply(world):
        return Repository.discover(world.work).apply_discard(back, world.scratch)

    for number in range(1, 300):
        world = copied(busy, number)
        if not interrupted(world, monkeypatch, number, flavour, apply):
            break
        assert apply(world) == ()
        assert world.fingerprint() == measured
        shutil.rmtree(world.root)
    assert number > 20


# --- revive


def candidate(world: World) -> tuple[str, str]:
    """The trees between which an earlier, discarded experiment lies."""
    plan, _ = discarded(world)
    return world.before.tree, world.line("rev-parse", f"{plan.trash_ref}^{{tree}}")


def revival(world: World, base: str, theirs: str):
    now = world.begin()
    return world.repository.plan_revive(now, base, theirs, f"{LOOP}/2/revived", world.scratch)


def test_a_candidate_is_merged_into_what_the_user_has_since_done(busy):
    base, theirs = candidate(busy)
    busy.edit("code.py", b"line 1\n", b"MINE\n")
    index = busy.index()
    plan = revival(busy, base, theirs)
    assert busy.repository.apply_discard(plan, busy.scratch) == ()
    assert busy.path("code.py").read_bytes() == LINES.replace(b"line 1\n", b"MINE\n").replace(b"line 12\n", b"FASTER\n")
    assert busy.path("a/b/new.txt").read_bytes() == b"new\n"
    assert busy.path("tool.sh").stat().st_mode & 0o777 == 0o755
    assert not busy.path("other.txt").exists()
    assert busy.path("dir").is_symlink()
    assert busy.index() == index
    assert busy.git("fsck", "--full", "--no-dangling") == b""


@pytest.mark.parametrize("mine", ["edited", "untracked", "ignored"])
def test_a_candidate_that_does_not_fit_touches_nothing(busy, mine):
    base, theirs = candidate(busy)
    if mine == "edited":
        busy.edit("code.py", b"line 12\n", b"MINE\n")
    elif mine == "untracked":
        busy.write("a/b/new.txt", b"mine\n")
    else:
        busy.write(".git/info/exclude", b"tool.sh\n")
        busy.write("tool.sh", b"mine\n")
    now = busy.fingerprint()
    with pytest.raises(GitError) as caught:
        revival(busy, base, theirs)
    assert caught.value.code == {"ignored": "in_the_way"}.get(mine, "revive_conflict")
    assert {"edited": "code.py", "untracked": "a/b/new.txt", "ignored": "tool.sh"}[mine] in caught.value.why
    assert busy.fingerprint() == now


def test_a_change_that_is_there_already_is_nothing_to_revive(busy):
    base, theirs = candidate(busy)
    experiment(busy)
    with pytest.raises(GitError) as caught:
        revival(busy, base, theirs)
    assert caught.value.code == "nothing_to_revive"


def test_line_ends_and_filters_are_those_of_a_checkout(busy):
    base, theirs = candidate(busy)
    busy.git("config", "core.autocrlf", "true")
    busy.write(".gitattributes", b"*.sh eol=crlf\n")
    plan = revival(busy, base, theirs)
    busy.repository.apply_discard(plan, busy.scratch)
    assert busy.path("tool.sh").read_bytes() == b"#!/bin/sh\r\n"


@FLAVOURS
def test_a_revival_dies_anywhere(busy, monkeypatch, flavour):
    base, theirs = candidate(busy)
    plan = revival(busy, base, theirs)

    def apply(world):
        return Repository.discover(world.work).apply_discard(plan, world.scratch)

    whole = copied(busy, "whole")
    assert apply(whole) == ()
    wanted = whole.fingerprint()
    for number in range(1, 300):
        world = copied(busy, number)
        if not interrupted(world, monkeypatch, number, flavour, apply):
            break
        assert apply(world) == ()
        assert world.fingerprint() == wanted
        shutil.rmtree(world.root)
    assert number > 20
