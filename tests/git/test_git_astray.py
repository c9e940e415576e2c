"""HEAD and branch go back to where they were, from wherever somebody moved them; files and the user's index stay."""

from __future__ import annotations

import pytest

from autoloop.errors import GitError
from autoloop.git import refs

KEPT = "refs/autoloop/test/1/strayed"


@pytest.fixture(autouse=True)
def _hasty(hasty):
    """What is done, not how."""


def bring_back(world, began):
    return world.repository.return_to(began, KEPT, world.scratch)


def untouched(world, began, act):
    """What is the user's before ``act``, and after it was undone."""
    before = world.fingerprint()
    act()
    found = bring_back(world, began)
    assert world.repository.head() == began
    assert world.leftovers() == []
    return before, world.fingerprint(), found


def test_nothing_moved(world):
    before, after, found = untouched(world, world.repository.head(), lambda: None)
    assert found is None
    assert after == before
    assert not world.git("for-each-ref", KEPT)


def test_own_commits_are_taken_back_and_their_changes_stay_in_the_files(world):
    began = world.repository.head()

    def act():
        world.edit("code.py", b"line 1\n", b"line one\n")
        world.write("new.txt", b"new\n")
        world.commit("mine")

    act()
    commit = world.line("rev-parse", "HEAD")
    found = bring_back(world, began)
    assert found.ahead
    assert found.head.commit == commit
    assert world.line("rev-parse", KEPT) == commit
    assert world.git("diff", "--cached", "--name-only") == b""
    assert world.git("diff", "--name-only") == b"code.py\n"
    assert world.path("new.txt").read_bytes() == b"new\n"
    assert b"? new.txt" in world.status()


def test_another_branch(world):
    before, after, found = untouched(world, world.repository.head(), lambda: world.git("switch", "-qc", "other"))
    assert found.head.ref == "refs/heads/other"
    assert found.ahead
    assert after["head"] == before["head"]
    assert after["index"] == before["index"]
    assert after["files"] == before["files"]


def test_a_branch_that_was_reset(world):
    world.edit("code.py", b"line 1\n", b"line one\n")
    second = world.commit("second")
    before, after, found = untouched(
        world, world.repository.head(), lambda: world.git("reset", "-q", "--hard", "HEAD^")
    )
    assert not found.ahead
    assert after["refs"] == before["refs"]
    assert after["index"] == before["index"]
    assert world.line("rev-parse", "HEAD") == second
    assert b"line one" not in world.path("code.py").read_bytes(), "files are the caller's to judge"


def test_an_orphan_branch(world):
    before, after, found = untouched(
        world, world.repository.head(), lambda: world.git("switch", "-q", "--orphan", "elsewhere")
    )
    assert found.head.commit is None
    assert not found.ahead
    assert after["head"] == before["head"]
    assert after["index"] == before["index"]


def test_a_detached_head(world):
    world.git("switch", "-q", "--detach")
    began = world.repository.head()
    world.write("new.txt", b"new\n")
    commit = world.commit("mine")
    assert bring_back(world, began).ahead
    assert world.repository.head() == began
    assert world.line("rev-parse", KEPT) == commit
    assert world.git("rev-parse", "main").strip().decode() == began.commit


def test_a_head_that_was_detached(world):
    before, after, _ = untouched(world, world.repository.head(), lambda: world.git("switch", "-q", "--detach"))
    assert after == before


def test_a_branch_that_was_deleted(world):
    def act():
        world.git("switch", "-q", "--detach")
        world.git("branch", "-qD", "main")

    before, after, _ = untouched(world, world.repository.head(), act)
    assert after == before


def test_a_first_commit_that_was_not_asked_for(bare_world):
    bare_world.workspace()
    bare_world.write("code.py", b"1\n")
    began = bare_world.repository.head()
    commit = bare_world.commit("first")
    assert not bring_back(bare_world, began).ahead
    assert bare_world.repository.head() == began
    assert bare_world.line("rev-parse", KEPT) == commit
    assert bare_world.index() == {}
    assert bare_world.path("code.py").read_bytes() == b"1\n"


def conflicting(world) -> None:
    """A branch `side` that cannot be merged."""
    world.git("switch", "-qc", "side")
    world.write("other.txt", b"theirs\n")
    world.write("theirs.txt", b"theirs\n")
    world.commit("side")
    world.git("switch", "-q", "main")
    world.write("other.txt", b"ours\n")
    world.commit("ours")


@pytest.mark.parametrize(
    "begin",
    [
        ("merge", "side"),
        ("merge", "--no-commit", "-s", "ours", "side"),
        ("rebase", "side"),
        ("cherry-pick", "side"),
        ("cherry-pick", "-n", "side"),
        ("revert", "--no-edit", "HEAD^"),
    ],
    ids=" ".join,
)
def test_what_git_was_left_in_the_middle_of_is_forgotten(world, begin):
    conflicting(world)
    began = world.repository.head()
    index = world.index()
    world.git(*begin, check=False)
    assert world.repository.operation_in_progress()
    files = world.fingerprint()["files"]
    found = bring_back(world, began)
    assert found.operation
    assert world.repository.operation_in_progress() is None
    assert world.repository.head() == began
    assert world.fingerprint()["files"] == files
    assert world.git("ls-files", "-u") == b""
    assert world.index()[b"other.txt"] == index[b"other.txt"]
    assert world.leftovers() == []


def test_conflicts_of_a_stash(world):
    world.write("other.txt", b"mine\n")
    world.git("stash", "-q")
    world.write("other.txt", b"committed\n")
    world.commit("second")
    began, index = world.repository.head(), world.index()
    world.git("stash", "pop", "-q", check=False)
    assert world.repository.operation_in_progress() == "unmerged index"
    assert bring_back(world, began).operation == "unmerged index"
    assert world.index() == index


def test_what_the_user_has_staged_stays_staged(world):
    world.write("dir/inner.txt", b"staged\n")
    world.git("add", "dir/inner.txt")
    began = world.repository.head()
    world.write("other.txt", b"theirs\n")
    world.git("commit", "-q", "-m", "theirs", "other.txt")
    bring_back(world, began)
    assert world.git("diff", "--cached", "--name-only") == b"dir/inner.txt\n"
    assert world.git("diff", "--name-only") == b"other.txt\n"


def test_a_branch_that_moves_meanwhile_is_left_alone(world, monkeypatch):
    began = world.repository.head()
    world.write("new.txt", b"new\n")
    world.commit("mine")
    real = refs.swap

    def overtaken(git, name, new, old, reason):
        world.write("newer.txt", b"newer\n")
        world.commit("somebody else's")
        return real(git, name, new, old, reason)

    monkeypatch.setattr(refs, "swap", overtaken)
    with pytest.raises(GitError) as caught:
        bring_back(world, began)
    assert caught.value.code == "head_moved"
    assert world.line("log", "-1", "--format=%s") == "somebody else's"
