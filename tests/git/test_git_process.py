"""A signal while git runs: git is seen off, whatever it is doing by then."""

from __future__ import annotations

import os
import time

import pytest

from autoloop.git import process


def spawned(shell):
    """A child in a session of its own, as git is."""
    return os.posix_spawn("/bin/sh", ["sh", "-c", shell], os.environ, setsid=True)


def test_an_end_that_was_collected_already_needs_no_collecting():
    pid = spawned("exit 0")
    os.waitpid(pid, 0)
    process._see_off(pid)


@pytest.mark.parametrize("shell", ["exit 0", "sleep 60", "trap '' TERM; while :; do sleep 0.05; done"])
def test_it_is_ended_and_collected(shell, monkeypatch):
    monkeypatch.setattr(process, "_GRACE", 0.3)
    pid = spawned(shell)
    time.sleep(0.1)
    process._see_off(pid)
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
