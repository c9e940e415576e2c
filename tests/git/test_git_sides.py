"""Both sides of an experiment beside the work tree, and differences for people to read."""

from __future__ import annotations

import os
import shutil

import pytest
from git_cases import HOSTILE
from git_world import files

from autoloop.errors import GitError


@pytest.fixture
def changed(world):
    world.write(".gitattributes", b"*.txt text eol=crlf\n")
    world.git("add", "-A")
    world.commit("attributes")
    world.before = world.begin()
    world.edit("code.py", b"line 1\n", b"FASTER\n")
    world.write(".gitattributes", b"*.txt text eol=lf\n")
    world.remove("other.txt")
    world.write("dir/new.txt", b"new\n")
    world.path("run.sh").chmod(0o644)
    world.remove("link")
    world.link("link", "run.sh")
    for name in HOSTILE.values():
        world.write(name, b"hostile\n")
    world.tree, world.changes = world.measured(world.before)
    return world


def materialised(world, tree, side):
    target = world.scratch / f"side-{side}"
    world.repository.materialise(tree, world.changes, side, target, world.scratch)
    return {path: content for path, content in files(target).items() if content[1] != b"directory"}


def test_before(changed):
    found = materialised(changed, changed.before.tree, "before")
    assert found.pop(b"code.py")[1].startswith(b"line 1\n")
    assert found == {
        b".gitattributes": (0o644, b"*.txt text eol=crlf\n"),
        b"link": (0, b"-> code.py"),
        b"other.txt": (0o644, b"other\r\n"),
        b"run.sh": (0o755, b"#!/bin/sh\n"),
    }


def test_after(changed):
    found = materialised(changed, changed.tree, "after")
    assert found.pop(b"code.py")[1].startswith(b"FASTER\n")
    for name in HOSTILE.values():
        assert found.pop(name) == (0o644, b"hostile\n")
    assert found == {
        b".gitattributes": (0o644, b"*.txt text eol=lf\n"),
        b"dir/new.txt": (0o644, b"new\n"),
        b"link": (0, b"-> run.sh"),
        b"run.sh": (0o644, b"#!/bin/sh\n"),
    }


def test_the_work_tree_and_the_index_notice_nothing(changed):
    untouched = changed.fingerprint()
    materialised(changed, changed.before.tree, "before")
    materialised(changed, changed.tree, "after")
    assert changed.fingerprint() == untouched


def test_nothing_to_materialise_is_an_empty_directory(world):
    target = world.scratch / "none"
    world.repository.materialise(world.repository.tree_of("HEAD"), (), "before", target, world.scratch)
    assert os.listdir(target) == []


def test_a_work_tree_of_our_own(world):
    commit = world.line("rev-parse", "HEAD")
    path = world.scratch / "reference"
    untouched = world.fingerprint()
    world.repository.add_worktree(path, commit)
    assert world.fingerprint() == untouched
    assert (path / "code.py").read_bytes() == world.path("code.py").read_bytes()
    assert world.git("rev-parse", "HEAD", cwd=path).decode().strip() == commit
    world.repository.remove_worktree(path)
    assert not path.exists()
    assert world.git("worktree", "list").count(b"\n") == 1
    world.repository.remove_worktree(path)


@pytest.mark.parametrize("damage", ["gone", "half", "no link", "no notes", "empty notes"])
def test_what_a_crash_left_of_it_goes_first(world, damage):
    commit = world.line("rev-parse", "HEAD")
    path = world.scratch / "reference"
    world.repository.add_worktree(path, commit)
    notes = world.work / ".git" / "worktrees" / "reference"
    if damage == "gone":
        shutil.rmtree(path)
    elif damage == "half":
        (path / "code.py").unlink()
    elif damage == "no link":
        (path / ".git").unlink()
    elif damage == "no notes":
        shutil.rmtree(notes)
    else:
        (notes / "gitdir").unlink()
    world.repository.add_worktree(path, commit)
    assert (path / "code.py").exists()
    assert world.git("worktree", "list").count(b"\n") == 2
    world.repository.remove_worktree(path)
    assert world.git("worktree", "list").count(b"\n") == 1


def test_the_users_own_work_trees_stay(world, tmp_path):
    theirs = tmp_path / "reference"
    world.git("worktree", "add", "-q", "--detach", str(theirs))
    shutil.rmtree(theirs)
    path = world.scratch / "reference"
    world.repository.add_worktree(path, world.line("rev-parse", "HEAD"))
    world.repository.remove_worktree(path)
    assert (world.work / ".git" / "worktrees" / "reference").exists()


def test_differences_for_people(changed):
    show = changed.repository.diff_text
    text = show(changed.before.tree, changed.tree)
    assert "-line 1\n+FASTER\n" in text
    assert "\x1b[" not in text
    assert "\x1b[" in show(changed.before.tree, changed.tree, color=True)
    assert "dir/new.txt" in show(changed.before.tree, changed.tree, stat=True)
    only = show(changed.before.tree, changed.tree, paths=("dir",))
    assert "dir/new.txt" in only
    assert "code.py" not in only


def test_differences_of_hostile_names(changed):
    for name in HOSTILE.values():
        path = next(one.path for one in changed.changes if one.path == _text(name))
        assert changed.repository.diff_text(changed.before.tree, changed.tree, paths=(path,)).count("+hostile") == 1


def _text(name):
    from autoloop.git import path_text

    return path_text(name)


def test_differences_run_no_program_of_the_users(changed):
    changed.git("config", "diff.external", "false")
    changed.git("config", "core.pager", "false")
    assert "+FASTER" in changed.repository.diff_text(changed.before.tree, changed.tree)


def test_what_is_tracked(world):
    assert world.repository.tracks("code.py")
    assert world.repository.tracks("dir")
    assert not world.repository.tracks("debug.log")
    assert not world.repository.tracks("*")


def test_a_commit_that_is_not_there(world):
    with pytest.raises(GitError):
        world.repository.add_worktree(world.scratch / "x", "0" * 40)
