"""The same command several times at once, and different ones: serialised or refused, and nobody's work is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from damage import check_answer
from judge import Repository
from stages import sampled
from trial import same

SAME = ("pre", "keep", "discard", "finalize", "session end", "session start")
DIFFERENT = (("keep", "discard"), ("eval", "keep"), ("keep", "resume"), ("discard", "eval"))
ARGUMENTS = {"pre": ("pre", "--description", "x")}


def at_once(set_, world, commands):
    with ThreadPoolExecutor(len(commands)) as pool:
        answers = list(pool.map(lambda words: set_.command(world, *words), commands))
    for done in answers:
        check_answer(done.returncode, done.stdout, done.stderr)
    return [done.returncode for done in answers]


@pytest.mark.parametrize("name", sampled(SAME[1::3], ["keep"]))
def test_the_same_command_four_times_at_once(stage, copy, name):
    set_ = stage(name)
    world = copy(set_)
    codes = at_once(set_, world, [set_.scene.command] * 4)
    assert sorted(codes) == [0, 1, 1, 1] or (name == "finalize" and 0 in codes), codes
    judged = Repository(world.root, world.env)
    judged.check()
    if name != "finalize":  # a second finalize builds a second branch, which is what was asked for
        same(judged.picture(), set_.after, "four at once")


@pytest.mark.exhaustive
@pytest.mark.parametrize("pair", DIFFERENT[:2], ids=" and ".join)
def test_different_commands_at_once(stage, copy, pair):
    set_ = stage("keep")
    world = copy(set_)
    codes = at_once(set_, world, [ARGUMENTS.get(name, (name,)) for name in pair])
    assert 0 in codes
    judged = Repository(world.root, world.env)
    judged.check()
    head = world.git("rev-list", "--count", "HEAD").strip()
    state = world.json("status")
    assert int(head) == 2 + state["result"]["counts"]["kept"]


def test_the_user_commits_while_a_keep_runs(stage, copy):
    set_ = stage("keep")
    world = copy(set_)
    with ThreadPoolExecutor(2) as pool:
        keeping = pool.submit(set_.command, world, *set_.scene.command)
        committing = pool.submit(world.run_git, "commit", "-q", "-m", "mine", "--", "staged.txt")
        done, mine = keeping.result(), committing.result()
    check_answer(done.returncode, done.stdout, done.stderr)
    said = world.git("log", "--format=%s").splitlines()
    assert (mine.returncode == 0) == ("mine" in said)
    assert (done.returncode == 0) == any(line.startswith("exp-001") for line in said)
    if done.returncode:
        assert set_.command(world, "status").returncode == 0
    assert b"UNSTAGED" in (world.root / "staged.txt").read_bytes()
    world.git("fsck", "--strict", "--no-dangling")
