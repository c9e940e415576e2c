"""SIGINT, SIGTERM and SIGHUP at chosen calls of every command, once and twice: no child survives, the state is sane."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
from interposer import HOLD, Fault, Interposer
from judge import Repository
from stages import sampled
from trial import same

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
COMMANDS = ("pre", "eval", "keep", "discard", "finalize", "session end")
ALL = [
    (name, SIGNALS[number % 3], twice, quarter)
    for quarter in range(4)
    for number, (name, twice) in enumerate(((name, twice) for name in COMMANDS for twice in (False, True)), quarter)
]
_MOMENT = 10
SAMPLE = ALL[::9]  # `make crash` tries them all


@pytest.mark.parametrize(("name", "signum", "twice", "quarter"), sampled(SAMPLE, SAMPLE[2:3]))
def test_a_signal(stage, copy, name, signum, twice, quarter):
    set_ = stage(name)
    signalled(set_, copy(set_), 1 + quarter * len(set_.points) // 4, signum, twice=twice)


def signalled(set_, world, at, signum, *, twice):
    """Stop the command at its ``at``-th call, send the signal, let it go on, judge what follows."""
    faults = Interposer(world.root.parent / "page", world.root, Fault(at, HOLD))
    answers = []
    thread = threading.Thread(
        target=lambda: answers.append(set_.command(world, *set_.scene.command, env=faults.env)), daemon=True
    )
    thread.start()
    while thread.is_alive() and not faults.fired:
        time.sleep(0.002)
    if faults.fired:
        send(faults.people(), signum, twice=twice)
    thread.join(60)
    (done,) = answers
    assert done.returncode in {0, 128 + signum}, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert gone(faults.people()[1:]), "a process is left"
    recovered(set_, world)


def send(people, signum, *, twice):
    for _ in range(1 + twice):
        os.kill(people[0], signum)
        for pid in people:
            if alive(pid):
                os.kill(pid, signal.SIGCONT)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(people):
    """Whether they end; what watches over runs does so by itself, a moment after the program."""
    end = time.monotonic() + _MOMENT
    while any(alive(pid) for pid in people):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def recovered(set_, world):
    """The same command again comes to the end of an uninterrupted run."""
    judged = Repository(world.root, world.env)
    if judged.picture() != set_.after:
        done = set_.command(world, "resume")
        assert done.returncode == 0, (done.stdout, done.stderr)
    if judged.picture() != set_.after:
        done = set_.command(world, *set_.scene.command)
        assert done.returncode in {0, 1}, (done.stdout, done.stderr)
    judged.check()
    same(judged.picture(), set_.after, "after a signal")
