"""Finding the repository, in all the ways a repository can be, and telling why there is none."""

from __future__ import annotations

import os
import shutil

import pytest
from git_world import World

from autoloop.errors import GitError
from autoloop.git import Repository, discovery, process


def refusal(start) -> GitError:
    with pytest.raises(GitError) as caught:
        Repository.discover(start)
    assert caught.value.what
    assert caught.value.fix
    return caught.value


def test_from_the_top_and_from_below(world):
    for start in (world.work, world.work / "dir" / "deep"):
        found = Repository.discover(start)
        assert found.root == world.work
        assert found.git_dir == found.common_dir == world.work / ".git"


def test_no_repository(tmp_path):
    assert refusal(tmp_path).code == "not_a_repository"
    assert refusal(tmp_path / "missing").code == "not_a_repository"


def test_inside_the_git_directory(world):
    assert refusal(world.work / ".git").code == "not_a_repository"


def test_bare_repository(tmp_path, world):
    world.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    assert refusal(tmp_path / "bare.git").code == "bare_repository"


def test_somebody_elses_repository(world, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setattr(process, "_KEPT", process._KEPT | {"GIT_TEST_ASSUME_DIFFERENT_OWNER"})
    error = refusal(world.work)
    assert error.code == "unsafe_repository"
    assert error.fix == f"git config --global --add safe.directory {world.work}"


def test_no_git(world, monkeypatch, tmp_path):
    process._git.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal(world.work).code == "git_missing"
    process._git.cache_clear()


def test_an_old_git(world, monkeypatch):
    monkeypatch.setattr(discovery, "_OLDEST", (999, 0))
    error = refusal(world.work)
    assert error.code == "git_too_old"
    assert "999.0" in error.why


@pytest.mark.parametrize("name", ["line\nbreak", "caf\udce9", " spaces ", "-dash", "quote'\""])
def test_a_repository_of_a_hostile_name(tmp_path, name):
    world = World(tmp_path / name).furnish()
    found = Repository.discover(world.work / "dir")
    assert found.root == world.work
    before = world.begin()
    world.write("new.txt", b"new\n")
    tree, changes = world.measured(before)
    plan = found.plan_keep(before, tree, changes, "win\n", world.scratch)
    found.apply_keep(plan, world.scratch)
    assert world.status() == [b"", b"! build/out", b"! debug.log"]


def test_a_linked_work_tree(world, tmp_path):
    world.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "side")
    found = Repository.discover(tmp_path / "linked" / "dir")
    assert found.root == tmp_path / "linked"
    assert found.git_dir == world.work / ".git" / "worktrees" / "linked"
    assert found.common_dir == world.work / ".git"
    assert found.head().ref == "refs/heads/side"


def test_keep_and_discard_in_a_linked_work_tree(world, tmp_path):
    linked = tmp_path / "linked"
    world.git("worktree", "add", "-q", str(linked), "-b", "side")
    main = world.fingerprint()
    world.work, world.scratch = linked, linked / ".autoloop" / "scratch"
    world.workspace()
    before = world.begin()
    began = world.fingerprint()
    world.write("new.txt", b"new\n")
    world.remove("other.txt")
    tree, changes = world.measured(before)
    repository = world.repository
    discard = repository.plan_discard(before, tree, changes, world.trash, world.scratch)
    repository.apply_discard(discard, world.scratch)
    assert world.fingerprint() == began
    world.write("new.txt", b"new\n")
    tree, changes = world.measured(before)
    keep = repository.plan_keep(before, tree, changes, "win\n", world.scratch)
    repository.apply_keep(keep, world.scratch)
    assert world.line("rev-parse", "side") == keep.commit
    world.work = world.root / "work"
    assert {**world.fingerprint(), "refs": None} == {**main, "refs": None}


def test_a_shallow_clone(world, tmp_path):
    world.write("more.txt", b"more\n")
    world.commit("second")
    shutil.rmtree(tmp_path / "clone", ignore_errors=True)
    world.git("clone", "-q", "--depth=1", world.work.as_uri(), str(tmp_path / "clone" / "work"))
    check_loop(tmp_path / "clone")


def test_a_partial_clone(world, tmp_path):
    world.git("config", "uploadpack.allowFilter", "true")
    world.git("config", "uploadpack.allowAnySHA1InWant", "true")
    world.git("clone", "-q", "--filter=blob:none", world.work.as_uri(), str(tmp_path / "clone" / "work"))
    check_loop(tmp_path / "clone")


def check_loop(root):
    """Discard, then keep, in a clone."""
    clone = object.__new__(World)
    clone.root, clone.work, clone.scratch, clone.attempt = root, root / "work", root / "work/.autoloop/scratch", 0
    clone.workspace()
    before = clone.begin()
    began = clone.fingerprint()
    clone.edit("code.py", b"line 1\n", b"FASTER\n")
    clone.remove("other.txt")
    tree, changes = clone.measured(before)
    repository = clone.repository
    plan = repository.plan_discard(before, tree, changes, clone.trash, clone.scratch)
    repository.apply_discard(plan, clone.scratch)
    assert clone.fingerprint() == began
    clone.edit("code.py", b"line 1\n", b"FASTER\n")
    tree, changes = clone.measured(before)
    keep = repository.plan_keep(before, tree, changes, "win\n", clone.scratch)
    assert repository.apply_keep(keep, clone.scratch) == ()
    assert clone.line("rev-parse", "HEAD") == keep.commit


def test_head_in_its_three_forms(world, bare_world):
    commit = world.line("rev-parse", "HEAD")
    assert (world.repository.head().ref, world.repository.head().commit) == ("refs/heads/main", commit)
    world.git("checkout", "-q", "--detach")
    assert (world.repository.head().ref, world.repository.head().commit) == (None, commit)
    assert (bare_world.repository.head().ref, bare_world.repository.head().commit) == ("refs/heads/main", None)


def test_operations_in_progress(world):
    assert world.repository.operation_in_progress() is None
    world.git("checkout", "-q", "-b", "side")
    world.write("code.py", b"side\n")
    world.commit("side")
    world.git("checkout", "-q", "main")
    world.write("code.py", b"main\n")
    world.commit("main")
    for start, end, name in (
        (("merge", "side"), ("merge", "--abort"), "merge"),
        (("rebase", "side"), ("rebase", "--abort"), "rebase"),
        (("cherry-pick", "side"), ("cherry-pick", "--abort"), "cherry-pick"),
        (("revert", "--no-edit", "HEAD~1"), ("revert", "--abort"), "revert"),
        (("bisect", "start"), ("bisect", "reset"), "bisect"),
    ):
        world.git(*start, check=False)
        assert world.repository.operation_in_progress() == name
        world.git(*end)
        assert world.repository.operation_in_progress() is None
    world.git("merge", "side", check=False)
    (world.work / ".git" / "MERGE_HEAD").unlink()
    assert world.repository.operation_in_progress() == "unmerged index"
    with pytest.raises(GitError) as caught:
        world.repository.snapshot(world.scratch)
    assert caught.value.code == "operation_in_progress"


def test_writable_is_tried(world):
    assert world.repository.writable()
    shutil.rmtree(world.work / ".git" / "refs")
    (world.work / ".git" / "refs").write_bytes(b"")
    assert not world.repository.writable()
    assert not list((world.work / ".git").glob("autoloop*"))


def test_identity_is_the_configured_one_or_none(world, monkeypatch):
    assert world.repository.identity().name == "Ada Author"
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))]:
        monkeypatch.delenv(name)
    found = world.repository.identity()
    assert (found.name, found.email, found.fallback) == ("AutoLoop", "autoloop@localhost", True)
    world.git("config", "user.name", "Configured")
    world.git("config", "user.email", "c@example.org")
    found = world.repository.identity()
    assert (found.name, found.email, found.fallback) == ("Configured", "c@example.org", False)


def test_hooks_that_a_keep_does_not_run(world):
    assert world.repository.hooks_present() == ()
    world.write(".git/hooks/pre-commit", b"#!/bin/sh\n", 0o755)
    world.write(".git/hooks/commit-msg", b"#!/bin/sh\n", 0o644)
    world.write(".git/hooks/pre-push", b"#!/bin/sh\n", 0o755)
    assert world.repository.hooks_present() == ("pre-commit",)
    world.write(".husky/commit-msg", b"#!/bin/sh\n", 0o755)
    world.git("config", "core.hooksPath", ".husky")
    assert world.repository.hooks_present() == ("commit-msg",)
