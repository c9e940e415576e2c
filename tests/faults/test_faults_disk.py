"""A full disk, a directory that may not be written, locks of others, a wrong clock."""

from __future__ import annotations

import errno
import json
import time

import pytest
from damage import check_answer
from interposer import FAIL_FROM, Fault
from judge import Repository
from stages import sampled
from trial import same

REFUSING = {"full disk": (errno.ENOSPC, ""), "read-only .git": (errno.EROFS, ".git"),
            "no permission in .git": (errno.EACCES, ".git"), "read-only .autoloop": (errno.EROFS, ".autoloop"),
            "no permission in .autoloop": (errno.EACCES, ".autoloop")}  # fmt: skip
COMMANDS = ("pre", "eval", "keep", "discard", "finalize", "session end")
ALL = [(name, why) for name in COMMANDS for why in REFUSING]
SAMPLE = ALL[1::7]  # `make crash` tries them all


@pytest.mark.parametrize(("name", "why"), sampled(SAMPLE, [("discard", "full disk")]))
def test_nothing_can_be_written_any_more(stage, copy, name, why):
    refused_from(stage(name), copy(stage(name)), why, at=1 + len(stage(name).points) // 3)


def refused_from(set_, world, why, at):
    """From the ``at``-th call on the disk says no; then it is mended, and the same command comes to its end."""
    error, only = REFUSING[why]
    done, faults = set_.under(world, Fault(at, FAIL_FROM, error, only=str(world.root / only) if only else ""))
    document = check_answer(done.returncode, done.stdout, done.stderr)
    if faults.fired and done.returncode == 0:
        assert document["ok"]
    after_mending(set_, world, why)


def after_mending(set_, world, why):
    judged = Repository(world.root, world.env)
    # what is done needs nothing but the next writer, who brings files up to date that the disk did not take
    again = set_.scene.command if judged.picture() != set_.after else ("resume",)
    done = set_.command(world, *again)
    check_answer(done.returncode, done.stdout, done.stderr)
    judged.check()
    same(judged.picture(), set_.after, why)


@pytest.mark.parametrize("name", sampled(["keep", "discard"], ["keep"]))
def test_somebody_elses_lock_of_the_index_refuses_before_anything(stage, copy, name):
    set_ = stage(name)
    world = copy(set_)
    lock = world.root / ".git" / "index.lock"
    lock.write_bytes(b"DIRC of somebody else")
    done = set_.command(world, *set_.scene.command)
    error = check_answer(done.returncode, done.stdout, done.stderr)["error"]
    assert (done.returncode, error["code"]) == (5, "index_locked")
    assert lock.read_bytes() == b"DIRC of somebody else"
    lock.unlink()
    same({**Repository(world.root, world.env).picture(), "held": {}}, {**set_.before, "held": {}}, "refused")
    after_mending(set_, world, "the lock is gone")


@pytest.mark.parametrize("content", [b"autoloop\n"])
def test_our_own_lock_of_a_dead_command_is_given_back(stage, copy, content):
    set_ = stage("keep")
    world = copy(set_)
    (world.root / ".git" / "index.lock").write_bytes(content)
    (world.root / ".autoloop" / "lock.holder").write_text('{"pid":1,"started":0,"command":"keep","since":0.0}')
    after_mending(set_, world, "a stale lock")


@pytest.mark.exhaustive
@pytest.mark.parametrize("shift", [-86400 * 400, 86400 * 365 * 20])
def test_the_order_is_by_sequence_whatever_the_clock_says(stage, copy, shift):
    """A clock that goes back by a year, or beyond the year 2038."""
    set_ = stage("session end")
    world = copy(set_)
    _, faults = set_.under(world, Fault())
    env = {**faults.env, "AUTOLOOP_FAULT_CLOCK": str(shift)}
    for words in (("pre", "--description", "at another time"), ("eval",), ("discard",)):
        if words == ("eval",):
            world.write("cost.txt", "90\n")
        done = set_.command(world, *words, env=env)
        assert done.returncode == 0, done.stdout
    history = json.loads(set_.command(world, "history", env=env).stdout)
    assert [each["id"] for each in history["result"]["experiments"]] == [2, 1]
    experiment = json.loads((world.root / ".autoloop/experiments/002-at-another-time.json").read_bytes())["document"]
    assert abs(experiment["opened"] - shift - time.time()) < 3600, "the clock was not shifted: the test shows nothing"
    status = json.loads(set_.command(world, "status").stdout)
    assert status["budget"]["time"]["spent"] >= 0
    Repository(world.root, world.env).check()
