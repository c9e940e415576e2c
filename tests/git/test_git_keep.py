"""Keeping while the world moves: branches, locks, hooks, signatures, identities."""

from __future__ import annotations

import os
import subprocess
import threading
import time

import pytest
from git_world import LINES

from autoloop.errors import GitError
from autoloop.git import index, locks, process, refs


@pytest.fixture
def planned(world):
    """A win, planned and not yet applied."""
    world.before = world.begin()
    world.edit("code.py", b"line 12\n", b"FASTER\n")
    world.write("new.txt", b"new\n")
    world.tree, world.changes = world.measured(world.before)
    return replan(world)


def replan(world):
    world.plan = world.repository.plan_keep(world.before, world.tree, world.changes, "win\n", world.scratch)
    return world


def apply(world):
    return world.repository.apply_keep(world.plan, world.scratch)


def refused(action) -> GitError:
    with pytest.raises(GitError) as caught:
        action()
    assert caught.value.fix
    return caught.value


def test_a_plan_is_objects_only(planned):
    untouched = planned.fingerprint()
    planned.repository.anchor({"refs/autoloop/test/1/keep": planned.plan.commit})
    assert planned.fingerprint() == untouched
    assert planned.plan.paths == ("code.py", "new.txt")
    assert planned.repository.changed_paths(planned.plan.base, planned.plan.commit) == planned.plan.paths


def test_the_branch_moves_by_compare_and_swap(planned):
    planned.write("hand.txt", b"hand\n")
    hand = planned.commit("hand", "hand.txt")
    untouched = planned.fingerprint()
    assert planned.repository.keep_state(planned.plan) == "overtaken"
    assert refused(lambda: apply(planned)).code == "head_moved"
    assert planned.fingerprint() == untouched
    replan(planned)
    assert apply(planned) == ()
    assert planned.line("rev-parse", "HEAD~1") == hand
    assert planned.status() == [b"", b"! build/out", b"! debug.log"]


def test_the_branch_moves_in_the_last_moment(planned, monkeypatch):
    original = refs.flush

    def moving(git):
        monkeypatch.setattr(refs, "flush", original)
        planned.git("commit", "-q", "--allow-empty", "-m", "hand")

    monkeypatch.setattr(refs, "flush", moving)
    assert refused(lambda: apply(planned)).code == "head_moved"
    assert planned.line("log", "-1", "--format=%s") == "hand"


def test_a_branch_switched_or_gone(planned):
    planned.git("checkout", "-q", "-b", "elsewhere")
    assert refused(lambda: apply(planned)).code == "head_moved"
    assert "git switch main" in refused(lambda: replan(planned)).fix
    planned.git("branch", "-D", "main")
    assert refused(lambda: apply(planned)).code == "head_moved"


@pytest.mark.parametrize("how", ["--hard", "--soft", "--mixed"])
def test_a_branch_that_was_set_back_loses_nothing(world, how):
    world.write("other.txt", b"second\n")
    second = world.commit("second")
    world.before = world.begin()
    world.git("reset", "-q", how, "HEAD^")
    world.edit("code.py", b"line 12\n", b"FASTER\n")
    world.tree, world.changes = world.measured(world.before)
    error = refused(lambda: replan(world))
    assert error.code == "head_moved"
    assert f"git reset --soft {second}" in error.fix
    world.git("reset", "-q", "--soft", second)
    apply(replan(world))
    assert world.line("rev-parse", "HEAD^") == second


def test_a_commit_on_top_is_no_reason_to_keep_again(planned):
    apply(planned)
    planned.write("hand.txt", b"hand\n")
    planned.commit("hand")
    untouched = planned.fingerprint()
    assert planned.repository.keep_state(planned.plan) == "done"
    assert apply(planned) == ()
    assert planned.fingerprint() == untouched


def test_twelve_at_once_and_one_commit(planned):
    outcomes = []

    def attempt():
        git = planned.repository._git
        outcomes.append(refs.swap(git, "refs/heads/main", fresh.pop(), planned.plan.base, "race"))

    fresh = [
        planned.repository.commit_of_tree(planned.plan.tree, [planned.plan.base], f"{number}\n") for number in range(12)
    ]
    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 11 + [True]


def test_the_index_looks_no_younger_than_it_is(planned, monkeypatch):
    """Git trusts an entry that is older than the index; a copied index must not seem to have seen a later edit."""
    original = index._install

    def watched(git, file):
        os.utime(file, ns=(1_700_000_000_000_000_000,) * 2)
        original(git, file)

    monkeypatch.setattr(index, "_install", watched)
    apply(planned)
    assert (planned.work / ".git" / "index").stat().st_mtime_ns == 1_700_000_000_000_000_000


def test_what_the_user_stages_meanwhile_is_left_alone(planned):
    planned.write("code.py", b"entirely mine\n")
    planned.git("add", "code.py")
    assert apply(planned) == ("code.py",)
    assert planned.git("show", ":code.py") == b"entirely mine\n"
    assert planned.git("show", "HEAD:code.py") == LINES.replace(b"line 12\n", b"FASTER\n")


def test_the_index_is_waited_for(planned):
    lock = planned.work / ".git" / "index.lock"
    lock.write_bytes(b"")
    timer = threading.Timer(0.5, lock.unlink)
    timer.start()
    assert apply(planned) == ()
    timer.join()
    assert planned.repository.keep_state(planned.plan) == "done"


def test_a_held_index_refuses_before_anything_moves(planned, monkeypatch):
    monkeypatch.setattr(locks, "_PATIENCE", 0.2)
    planned.write(".git/index.lock", b"")
    untouched = planned.fingerprint()
    error = refused(lambda: apply(planned))
    assert error.code == "index_locked"
    assert "index.lock" in error.fix
    assert planned.fingerprint() == untouched
    assert (planned.work / ".git" / "index.lock").exists()


def test_a_lock_of_ours_that_a_dead_command_left(planned):
    planned.write(".git/index.lock", locks._MARK)
    assert apply(planned) == ()
    assert planned.leftovers() == []


def stale(file, content: bytes, age: float) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    os.utime(file, (time.time() - age,) * 2)


@pytest.mark.parametrize("name", ["refs/heads/main.lock", "HEAD.lock"])
def test_reference_locks_that_a_killed_call_left(planned, name):
    lock = planned.work / ".git" / name
    stale(lock, b"", 60)
    assert apply(planned) == ()
    assert not lock.exists()
    stale(lock, planned.plan.commit.encode() + b"\n", 60)
    assert apply(planned) == ()
    assert not lock.exists()
    assert (planned.work / ".git" / "autoloop-stale" / lock.name).exists()


def test_somebody_elses_reference_lock_is_respected(planned, monkeypatch):
    monkeypatch.setattr(refs, "_LOCK_PATIENCE", 0.3)
    lock = planned.work / ".git" / "refs/heads/main.lock"
    stale(lock, b"0" * 40, 60)
    assert refused(lambda: apply(planned)).code == "ref_locked"
    assert lock.exists()
    stale(lock, b"", 0)
    assert refused(lambda: apply(planned)).code == "ref_locked"
    assert lock.exists()
    stale(lock, b"", 60)
    with lock.open("rb"):
        assert refused(lambda: apply(planned)).code == "ref_locked"
    assert lock.exists()
    assert planned.repository.keep_state(planned.plan) == "untouched"


def test_a_hook_that_refuses_references(planned):
    planned.write(".git/hooks/reference-transaction", b"#!/bin/sh\necho not today >&2\nexit 1\n", 0o755)
    untouched = planned.fingerprint()
    error = refused(lambda: apply(planned))
    assert error.code == "ref_refused"
    assert "not today" in error.why
    assert planned.fingerprint() == untouched


def test_a_hook_that_hangs(planned, monkeypatch):
    monkeypatch.setattr(refs, "_PATIENCE", 0.5)
    planned.write(".git/hooks/reference-transaction", b"#!/bin/sh\nexec sleep 60\n", 0o755)
    began = time.monotonic()
    assert refused(lambda: apply(planned)).code == "ref_refused"
    assert time.monotonic() - began < 50
    assert planned.leftovers() == []


def test_our_own_references_ask_no_hook(planned):
    planned.write(".git/hooks/reference-transaction", b"#!/bin/sh\nexit 1\n", 0o755)
    planned.repository.anchor({"refs/autoloop/test/1/keep": planned.plan.commit})
    assert planned.repository.refs("refs/autoloop/test")["refs/autoloop/test/1/keep"] == planned.plan.commit


def test_signed_with_a_key(planned, tmp_path):
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True, stdin=subprocess.DEVNULL)
    (tmp_path / "allowed").write_text(f"ada@example.org {key.with_suffix('.pub').read_text()}")
    for name, value in {
        "commit.gpgsign": "true",
        "gpg.format": "ssh",
        "user.signingkey": str(key),
        "gpg.ssh.allowedSignersFile": str(tmp_path / "allowed"),
    }.items():
        planned.git("config", name, value)
    replan(planned)
    apply(planned)
    assert planned.plan.signed
    planned.git("verify-commit", "HEAD")


@pytest.mark.parametrize("format_", ["openpgp", "ssh"])
def test_signing_that_cannot_work(planned, format_, tmp_path):
    planned.git("config", "commit.gpgsign", "true")
    planned.git("config", "gpg.format", format_)
    planned.git("config", "user.signingkey", str(tmp_path / "no-such-key"))
    assert refused(lambda: replan(planned)).code == "signing_failed"


def test_nobody_configured(planned, monkeypatch):
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_"))]:
        monkeypatch.delenv(name)
    replan(planned)
    apply(planned)
    assert planned.plan.author.fallback
    assert (
        planned.line("log", "-1", "--format=%an|%ae|%cn|%ce")
        == "AutoLoop|autoloop@localhost|AutoLoop|autoloop@localhost"
    )


def test_messages_are_taken_as_they_are(planned):
    message = 'subject with "quotes" and $(id)\n\n# no comment\n\n  indented\ttab\n\nTrailer: x\n'
    planned.plan = planned.repository.plan_keep(planned.before, planned.tree, planned.changes, message, planned.scratch)
    apply(planned)
    assert planned.git("cat-file", "commit", "HEAD").split(b"\n\n", 1)[1].decode() == message


def test_a_message_that_no_encoding_can_hold(planned):
    planned.plan = planned.repository.plan_keep(
        planned.before, planned.tree, planned.changes, "a\udce9b\0c\n", planned.scratch
    )
    apply(planned)
    assert planned.git("log", "-1", "--format=%s") == b"a?bc\n"


def test_only_a_part_of_the_changes(planned):
    part = [change for change in planned.changes if change.path == "new.txt"]
    planned.plan = planned.repository.plan_keep(planned.before, planned.tree, part, "win\n", planned.scratch)
    apply(planned)
    assert planned.plan.paths == ("new.txt",)
    assert b"1 .M" in b"\n".join(planned.status())


def test_changes_of_something_else_are_a_mistake(planned):
    stray = planned.repository.delta(planned.plan.base, planned.before.records)
    with pytest.raises(ValueError, match="not part of"):
        planned.repository.plan_keep(planned.before, planned.tree, stray, "win\n", planned.scratch)


@pytest.mark.parametrize("staged", [True, False])
def test_a_file_must_not_carry_away_what_is_not_the_experiments(world, staged):
    """The user has removed a file without committing it; in its directory's place the experiment puts a file."""
    world.remove("dir/inner.txt")
    if staged:
        world.git("add", "-A")
    before = world.begin()
    world.remove("dir/deep/leaf.txt")
    world.path("dir/deep").rmdir()
    world.path("dir").rmdir()
    world.write("dir", b"now a file\n")
    tree, changes = world.measured(before)
    untouched = world.fingerprint()
    error = refused(lambda: world.repository.plan_keep(before, tree, changes, "win\n", world.scratch))
    assert error.code == "keep_conflict"
    assert "dir/inner.txt" in error.what
    assert world.fingerprint() == untouched


def test_nothing_outside_the_repository_is_asked(planned, monkeypatch, tmp_path):
    """What points elsewhere in the environment is not passed on."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    assert apply(planned) == ()
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"):
        monkeypatch.delenv(name)
    assert planned.line("rev-parse", "HEAD") == planned.plan.commit
    assert not (tmp_path / "elsewhere").exists()


def test_everything_is_written_durably(planned, monkeypatch):
    said = []
    original = process._arguments
    monkeypatch.setattr(process, "_arguments", lambda call, version: said.append(original(call, version)) or said[-1])
    synced = []
    monkeypatch.setattr(refs, "_flush", lambda folder: synced.append(len(said)))
    apply(planned)
    swap = next(number for number, words in enumerate(said) if "update-ref" in words)
    assert {"core.fsync=all", "core.fsyncMethod=fsync", "gc.auto=0"} <= set(said[swap])
    assert swap in synced
    assert synced[-1] == len(said)


def test_git_that_is_too_old_for_the_option_syncs_as_well():
    words = process._arguments(process.Call(("status",)), (2, 31, 0))
    assert "core.fsyncObjectFiles=true" in words
    assert "core.fsyncObjectFiles=true" not in process._arguments(process.Call(("status",)), (2, 39, 0))
