"""Where git's own directory cannot be written: objects and anchors beside it, taken over later, and landing."""

from __future__ import annotations

import shutil

import pytest
from git_faults import FLAVOURS, copied, interrupted
from git_world import LINES, LOOP, World

from autoloop.errors import GitError
from autoloop.git import Repository, absorb, discovery, operations, overlay, probe

KEEP = f"{LOOP}/1/keep"


@pytest.fixture
def sandbox(world, hasty, monkeypatch) -> World:
    """Git says that it cannot be written, until ``world.open()``; the real thing is tried in ``tests/loop``."""
    real = operations.writable
    opened: list[bool] = []
    for module in (operations, overlay, absorb, probe):
        monkeypatch.setattr(module, "writable", lambda git: bool(opened) and real(git))
    world.open = lambda: opened.append(True)
    return world


def win(world: World, line: bytes, onto: str | None = None) -> str:
    """A deferred keep of one changed line."""
    before = world.begin()
    world.edit("code.py", line, b"FASTER\n")
    tree, changes = world.measured(before)
    onto = onto or world.repository.head().commit
    plan = world.repository.plan_keep(before, tree, changes, f"win {line.decode()}", world.scratch, onto=onto)
    assert plan.index == ()
    world.repository.anchor({f"{LOOP}/{world.attempt}/keep": plan.commit})
    return plan.commit


def own_objects(world: World) -> set[str]:
    return {str(path) for path in (world.work / ".git").rglob("*") if path.is_file()}


def test_nothing_is_written_to_gits_directory(sandbox):
    before = own_objects(sandbox)
    head = sandbox.git("status", "--porcelain=v2", "--branch").splitlines()[0]
    one = win(sandbox, b"line 1\n")
    two = win(sandbox, b"line 12\n", onto=one)
    remembered = sandbox.begin()
    sandbox.edit("code.py", b"line 6\n", b"WORSE\n")
    tree, changes = sandbox.measured(remembered)
    plan = sandbox.repository.plan_discard(remembered, tree, changes, sandbox.trash, sandbox.scratch)
    assert sandbox.repository.apply_discard(plan, sandbox.scratch) == ()
    assert b"line 6\n" in sandbox.path("code.py").read_bytes()
    assert own_objects(sandbox) == before
    assert sandbox.git("status", "--porcelain=v2", "--branch").splitlines()[0] == head
    assert sandbox.repository.refs(LOOP)[f"{LOOP}/2/keep"] == two
    changed = sandbox.repository.delta(f"{LOOP}/1/keep", f"{LOOP}/2/keep")
    assert [change.path for change in changed] == ["code.py"]
    assert not sandbox.repository.absorb()


def test_everything_is_taken_over_once_git_can_be_written(sandbox):
    commit = win(sandbox, b"line 1\n")
    sandbox.open()
    assert sandbox.repository.absorb()
    assert not (sandbox.work / ".autoloop" / "objects").exists()
    assert not (sandbox.work / ".autoloop" / "anchors.json").exists()
    assert sandbox.line("rev-parse", KEEP) == commit
    assert sandbox.git("fsck", "--full", "--no-dangling") == b""
    assert not sandbox.repository.absorb()


@FLAVOURS
def test_taking_over_dies_anywhere(sandbox, monkeypatch, flavour):
    commit = win(sandbox, b"line 1\n")
    sandbox.open()

    def apply(world):
        Repository.discover(world.work).absorb()

    for number in range(1, 200):
        world = copied(sandbox, number)
        if not interrupted(world, monkeypatch, number, flavour, apply):
            break
        found = Repository.discover(world.work)
        assert found.refs(KEEP) == {KEEP: commit}
        assert found.delta(f"{commit}^", commit)
        apply(world)
        assert world.line("rev-parse", KEEP) == commit
        assert world.git("fsck", "--full", "--no-dangling") == b""
        shutil.rmtree(world.root)
    assert number > 5


def test_wins_land_with_one_commit_each(sandbox):
    one = win(sandbox, b"line 1\n")
    two = win(sandbox, b"line 12\n", onto=one)
    sandbox.open()
    sandbox.repository.absorb()
    plan = sandbox.repository.plan_land("refs/heads/main", [one, two], sandbox.scratch)
    assert plan.commits == (one, two)
    assert sandbox.repository.apply_keep(plan.keep, sandbox.scratch) == ()
    assert sandbox.line("rev-parse", "main", "main^").split() == [two, one]
    assert sandbox.git("status", "--porcelain") == b""


def test_staged_work_in_the_same_file_is_merged_and_other_work_left(sandbox):
    sandbox.edit("code.py", b"line 6\n", b"STAGED\n")
    sandbox.git("add", "code.py")
    sandbox.write("other.txt", b"mine\n")
    one = win(sandbox, b"line 1\n")
    sandbox.open()
    sandbox.repository.absorb()
    plan = sandbox.repository.plan_land("refs/heads/main", [one], sandbox.scratch)
    sandbox.repository.apply_keep(plan.keep, sandbox.scratch)
    merged = LINES.replace(b"line 1\n", b"FASTER\n")
    assert sandbox.git("show", "HEAD:code.py") == merged
    assert sandbox.git("show", ":code.py") == merged.replace(b"line 6\n", b"STAGED\n")
    assert sandbox.git("status", "--porcelain").splitlines() == [b"M  code.py", b" M other.txt"]


def test_a_branch_that_moved_gets_the_wins_on_top(sandbox):
    one = win(sandbox, b"line 1\n")
    two = win(sandbox, b"line 12\n", onto=one)
    sandbox.open()
    sandbox.repository.absorb()
    sandbox.write("mine.txt", b"mine\n")
    mine = sandbox.commit("mine", "mine.txt")
    plan = sandbox.repository.plan_land("refs/heads/main", [one, two], sandbox.scratch)
    sandbox.repository.apply_keep(plan.keep, sandbox.scratch)
    assert sandbox.line("rev-parse", "main~2") == mine
    assert plan.commits == tuple(sandbox.line("rev-parse", "main^", "main").split())
    assert not {one, two} & set(plan.commits)
    assert sandbox.git("status", "--porcelain") == b""


def test_wins_that_do_not_fit_touch_nothing(sandbox):
    one = win(sandbox, b"line 1\n")
    sandbox.open()
    sandbox.repository.absorb()
    sandbox.edit("code.py", b"FASTER\n", b"MINE\n")
    sandbox.commit("mine")
    now = sandbox.fingerprint()
    with pytest.raises(GitError) as caught:
        sandbox.repository.plan_land("refs/heads/main", [one], sandbox.scratch)
    assert caught.value.code == "land_conflict"
    assert "code.py" in caught.value.why
    sandbox.git("switch", "-q", "-c", "elsewhere")
    with pytest.raises(GitError) as caught:
        sandbox.repository.plan_land("refs/heads/main", [one], sandbox.scratch)
    assert caught.value.code == "head_moved"
    sandbox.git("switch", "-q", "main")
    sandbox.git("branch", "-q", "-D", "elsewhere")
    assert sandbox.fingerprint() == now


def test_what_was_remembered_lands_too(sandbox):
    at_rest_before = sandbox.begin()
    one = win(sandbox, b"line 1\n")
    at_rest = sandbox.begin()
    sandbox.open()
    sandbox.repository.absorb()
    plan = sandbox.repository.plan_land("refs/heads/main", [one], sandbox.scratch)
    sandbox.repository.apply_keep(plan.keep, sandbox.scratch)
    moved = sandbox.repository.remember_landing(at_rest, plan.keep, sandbox.scratch)
    fresh = sandbox.repository.remember(sandbox.scratch)
    assert (moved.head, moved.tree, moved.records) == (fresh.head, fresh.tree, fresh.records)
    assert moved.records != at_rest.records
    assert at_rest_before.head != moved.head


def test_the_probe_says_what_a_keep_would_do_and_leaves_nothing(sandbox):
    before = own_objects(sandbox)
    assert sandbox.repository.probe().mode == "deferred"
    sandbox.open()
    sandbox.repository.absorb()
    assert sandbox.repository.probe().mode == "commit"
    assert own_objects(sandbox) == before


def test_a_directory_with_colons_and_quotes_in_its_name(tmp_path, hasty, monkeypatch):
    world = World(tmp_path / 'a:b "c"').furnish()
    monkeypatch.setattr(overlay, "writable", lambda _git: False)
    git = discovery.discover(world.work)
    assert git.objects is not None
    commit = win(world, b"line 1\n")
    assert not (world.work / ".git" / "objects" / commit[:2] / commit[2:]).exists()
