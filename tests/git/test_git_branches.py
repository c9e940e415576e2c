"""Review branches and the questions around them."""

from __future__ import annotations

import msgspec
import pytest
from git_world import LINES

from autoloop.errors import GitError
from autoloop.git import BranchPlan, Identity, Pick


@pytest.fixture
def wins(world):
    """Three commits: two in the same file, one elsewhere; a fourth that needs the second."""
    world.base = world.line("rev-parse", "HEAD")
    world.edit("code.py", b"line 1\n", b"ONE\n")
    world.one = world.commit("one")
    world.edit("code.py", b"line 6\n", b"TWO\n")
    world.two = world.commit("two")
    world.write("dir/new.txt", b"three\n")
    world.remove("other.txt")
    world.three = world.commit("three")
    world.edit("code.py", b"TWO\n", b"TWO AND MORE\n")
    world.four = world.commit("four")
    return world


def plan(world, name, base, *commits):
    picks = [world.repository.pick_of(commit) for commit in commits]
    made = world.repository.plan_branch(name, base, picks, world.scratch)
    return msgspec.json.decode(msgspec.json.encode(made), type=BranchPlan)


def refused(action) -> GitError:
    with pytest.raises(GitError) as caught:
        action()
    assert caught.value.fix
    return caught.value


def test_picks_in_order(wins):
    untouched = wins.fingerprint()
    made = plan(wins, "review/fast", wins.base, wins.one, wins.three)
    assert wins.fingerprint() == untouched
    wins.repository.create_branch(made)
    assert wins.line("rev-parse", "review/fast~2") == wins.base
    assert wins.git("log", "--format=%s", f"{wins.base}..review/fast") == b"three\none\n"
    assert wins.git("show", "review/fast:code.py") == LINES.replace(b"line 1\n", b"ONE\n")
    assert "other.txt" not in wins.repository.files("review/fast")
    now = wins.fingerprint()
    assert {**now, "refs": None} == {**untouched, "refs": None}
    assert len(now["refs"]) == len(untouched["refs"]) + 1
    wins.git("fsck", "--strict", "--no-dangling")
    assert wins.leftovers() == []


def test_neighbours_in_one_file_merge(wins):
    made = plan(wins, "review", wins.base, wins.two, wins.one)
    assert made.skipped == ()
    assert wins.git("show", f"{made.tip}:code.py") == LINES.replace(b"line 1\n", b"ONE\n").replace(
        b"line 6\n", b"TWO\n"
    )


def test_a_pick_that_conflicts_is_skipped_and_named(wins):
    made = plan(wins, "review", wins.base, wins.one, wins.four, wins.three)
    assert [(picked.pick.after, picked.conflicts) for picked in made.skipped] == [(wins.four, ("code.py",))]
    assert wins.git("log", "--format=%s", f"{wins.base}..{made.tip}") == b"three\none\n"


def test_author_and_dates_are_kept(wins, monkeypatch):
    monkeypatch.setenv("GIT_AUTHOR_DATE", "1600000000 +0200")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1600000001 +0200")
    wins.write("code.py", b"rewritten\n")
    wins.git("commit", "-qam", "by somebody\n\nBody: yes", "--author", "Some Body <some@example.org>")
    commit = wins.line("rev-parse", "HEAD")
    monkeypatch.delenv("GIT_AUTHOR_DATE")
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    tip = plan(wins, "review", wins.four, commit).tip
    form = "--format=%an|%ae|%ad|%cd|%B"
    assert wins.line("show", "-s", "--date=raw", form, tip) == wins.line("show", "-s", "--date=raw", form, commit)


def test_a_pair_of_trees_is_a_pick_as_well(wins):
    before, after = (wins.repository.tree_of(commit) for commit in (wins.two, wins.three))
    pick = Pick(before, after, "trees\n", Identity("Some Body", "some@example.org"))
    made = wins.repository.plan_branch("review", wins.base, [pick], wins.scratch)
    assert wins.line("log", "-1", "--format=%s %an", made.tip) == "trees Some Body"
    assert "dir/new.txt" in wins.repository.files(made.tip)


def test_the_first_commit_as_a_pick(wins):
    pick = wins.repository.pick_of(wins.base)
    assert set(pick.before) == {"0"}
    wins.git("checkout", "-q", "--orphan", "alone")
    wins.git("rm", "-qrf", ".")
    wins.write("alone.txt", b"alone\n")
    alone = wins.commit("alone")
    made = wins.repository.plan_branch("review", alone, [pick], wins.scratch)
    assert {"alone.txt", "code.py"} <= set(wins.repository.files(made.tip))


def test_a_win_that_the_base_has_already(wins):
    made = plan(wins, "review", wins.two, wins.one, wins.three)
    assert [(picked.pick.after, picked.conflicts) for picked in made.skipped] == [(wins.one, ())]
    assert wins.git("log", "--format=%s", f"{wins.two}..{made.tip}") == b"three\n"


def test_a_pick_must_not_carry_away_what_is_not_its_own(wins):
    """The base has one more file in the directory that the pick replaces by a file."""
    wins.git("rm", "-qr", "dir")
    wins.write("dir", b"now a file\n")
    swap = wins.commit("swap")
    wins.git("checkout", "-q", "-b", "side", wins.four)
    wins.write("dir/more.txt", b"more\n")
    base = wins.commit("more")
    made = plan(wins, "review", base, swap)
    assert [picked.conflicts for picked in made.skipped] == [("dir/more.txt",)]


def test_no_picks_is_the_base(wins):
    made = plan(wins, "review", wins.base)
    assert (made.tip, made.picks) == (wins.base, ())


def test_creating_twice_is_creating_once(wins):
    made = plan(wins, "review", wins.base, wins.one)
    wins.repository.create_branch(made)
    wins.repository.create_branch(made)
    assert wins.line("rev-parse", "review") == made.tip


def test_a_name_that_is_taken(wins):
    made = plan(wins, "review", wins.base, wins.one)
    wins.git("branch", "review")
    assert refused(lambda: wins.repository.create_branch(made)).code == "branch_exists"
    assert wins.line("rev-parse", "review") == wins.four
    for name in ("review", "review/below", "main"):
        assert refused(lambda name=name: plan(wins, name, wins.base)).code == "branch_exists"
    wins.git("branch", "deep/er")
    assert refused(lambda: plan(wins, "deep", wins.base)).code == "branch_exists"


@pytest.mark.parametrize("name", ["", "-x", "a..b", "with space", "a.lock", "/x", "x/", "@{", "a\nb", "$(id)~1"])
def test_names_that_cannot_be_branches(wins, name):
    assert refused(lambda: plan(wins, name, wins.base)).code == "bad_branch_name"


def test_a_base_that_is_none(wins):
    assert refused(lambda: plan(wins, "review", "no-such-thing")).code == "unknown_revision"


def test_ancestry(wins):
    repository = wins.repository
    assert repository.is_ancestor(wins.one, wins.three)
    assert not repository.is_ancestor(wins.three, wins.one)
    wins.git("checkout", "-q", "-b", "side", wins.one)
    wins.write("side.txt", b"side\n")
    side = wins.commit("side")
    assert repository.merge_base(side, wins.four) == wins.one
    wins.git("checkout", "-q", "--orphan", "alone")
    alone = wins.commit("alone")
    assert repository.merge_base(alone, side) is None


def test_resolving(wins):
    assert wins.repository.resolve("HEAD~3") == wins.one
    assert wins.repository.resolve("main") == wins.four
    for missing in ("nothing", "--all", "HEAD:code.py", "HEAD~99", ""):
        assert wins.repository.resolve(missing) is None


def test_the_default_branch(wins, bare_world):
    assert wins.repository.default_branch() == "refs/heads/main"
    wins.git("branch", "-m", "main", "trunk")
    assert wins.repository.default_branch() is None
    wins.git("config", "init.defaultBranch", "trunk")
    assert wins.repository.default_branch() == "refs/heads/trunk"
    wins.git("update-ref", "refs/remotes/origin/dev", "HEAD")
    wins.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/dev")
    assert wins.repository.default_branch() == "refs/remotes/origin/dev"
    assert bare_world.repository.default_branch() is None
