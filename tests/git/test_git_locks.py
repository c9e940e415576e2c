"""Whose a lock file is: a living git's is left alone, a dead one's is moved aside."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from autoloop.git import holders, locks, refs

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux tells what processes are at")

_PATIENCE = 60
OID = b"feedface" * 5


@contextmanager
def living(folder, *words):
    """A git process at work in the repository: it waits for its input."""
    with subprocess.Popen(["git", *words], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        _await_words(process.pid)
        yield process
        process.stdin.close()


def _await_words(pid):
    """Until the process has its words: for a moment after it was replaced by its program it has none."""
    end = time.monotonic() + _PATIENCE
    while not Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < end


@pytest.fixture
def git(world):
    return world.repository._git


@pytest.fixture
def stale(git):
    """A lock as a killed git leaves it, minutes ago."""
    return left_by_a_dead_git(git)


def left_by_a_dead_git(git):
    lock = git.common_dir / "packed-refs.lock"
    lock.touch()
    os.utime(lock, (0, 0))
    return lock


def test_a_dead_gits_lock_is_moved_aside(git, stale):
    assert locks.clear(git, stale, ())
    assert not stale.exists()
    assert (git.git_dir / "autoloop-stale" / "packed-refs.lock").exists()


def test_a_lock_may_be_that_of_a_git_that_lives(world, git, stale):
    with living(world.work, "hash-object", "-w", "--stdin"):
        assert holders.git_at_work(git)
        assert not locks.clear(git, stale, ())
    assert stale.exists()
    assert locks.clear(git, stale, ())


def test_a_git_that_only_reads_holds_no_lock(world, git, stale):
    with living(world.work, "cat-file", "--batch"):
        assert locks.clear(git, stale, ())


def test_a_git_of_another_repository_holds_no_lock_here(world, git, stale, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    subprocess.run(["git", "init", "-q"], cwd=tmp_path / "elsewhere", check=True)
    with living(tmp_path / "elsewhere", "hash-object", "-w", "--stdin"):
        assert locks.clear(git, stale, ())


@pytest.mark.parametrize("written", [OID, OID[:20], b""])
def test_a_lock_with_what_we_were_about_to_write_is_ours_even_if_death_came_in_the_middle(git, stale, written):
    stale.write_bytes(written)
    os.utime(stale, (0, 0))
    assert locks.clear(git, stale, {OID})


def test_a_lock_with_anything_else_is_somebodys(git, stale):
    stale.write_bytes(b"f00d" + OID[4:])
    os.utime(stale, (0, 0))
    assert not locks.clear(git, stale, {OID})


def test_a_process_that_is_gone_at_the_next_look_holds_nothing(git, stale, tmp_path, monkeypatch):
    (tmp_path / "processes" / "4711").mkdir(parents=True)
    monkeypatch.setattr(holders, "_PROCESSES", tmp_path / "processes")
    assert locks.clear(git, stale, ())


def test_what_is_open_is_somebodys(git, stale):
    with stale.open("rb"):
        assert not locks.clear(git, stale, ())


def test_a_young_lock_is_somebodys(git, stale):
    os.utime(stale)
    assert not locks.clear(git, stale, ())


def test_the_draft_of_a_killed_deletion_goes_and_the_deletion_is_done(world, git):
    ref = "refs/autoloop/test/1/after"
    world.git("update-ref", ref, "HEAD")
    world.git("pack-refs", "--all")
    stale = left_by_a_dead_git(git)
    draft = git.common_dir / "packed-refs.new"
    draft.write_bytes(b"# pack-refs with:")
    refs.drop(git, [ref], again=True)
    assert not refs.listed(git, "refs/autoloop")
    assert not stale.exists()
    assert not draft.exists()


@pytest.mark.parametrize(("content", "stays"), [(b"autoloop\n", False), (b"", True), (b"somebody's\n", True)])
def test_the_locked_index_is_given_back_only_if_we_hold_it(world, git, content, stays):
    lock = git.git_dir / "index.lock"
    lock.write_bytes(content)
    world.repository.release_index()
    assert lock.exists() == stays
