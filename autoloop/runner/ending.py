"""How a tree of processes is ended: SIGTERM, a grace, SIGKILL until nothing is left."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress

from autoloop.runner import tree

_AGAIN = 0.05  # between two rounds of SIGKILL, against a tree that keeps forking
_HOPELESS = 5.0  # what SIGKILL has not ended after this long is stuck in the kernel


class Ending:
    """The steps of one ending.

    Args:
        group: the process group that the command began in.
        grace: seconds between SIGTERM and SIGKILL.

    Attributes:
        due: when the next step is to be taken.
        hopeless: when to stop waiting for processes that even SIGKILL does not end.
    """

    def __init__(self, group: int, grace: float) -> None:
        self._group = group
        self._grace = grace
        self._begun = False
        self._step = signal.SIGTERM
        self.due = float("inf")
        self.hopeless = float("inf")

    def plan(self, seconds: float) -> None:
        """Begin in so many seconds, or earlier when that was planned; once begun it goes its way."""
        if not self._begun:
            self.due = min(self.due, time.monotonic() + seconds)

    def hurry(self) -> None:
        """SIGKILL at the next ``act``."""
        self._begun = True
        self._step = signal.SIGKILL
        self.due = 0.0

    def act(self) -> tuple[int, ...]:
        """Take the step that is due, if one is; returns the processes it went to."""
        now = time.monotonic()
        if now < self.due:
            return ()
        sent = send_all(self._group, self._step)
        self.due = now + (self._grace if self._step == signal.SIGTERM else _AGAIN)
        if self._step == signal.SIGKILL:
            self.hopeless = min(self.hopeless, now + _HOPELESS)
        self._begun, self._step = True, signal.SIGKILL
        return sent


def send_all(group: int, signum: int) -> tuple[int, ...]:
    """A signal to every process below this one, to the group at once and to those outside it one by one."""
    below = tree.descendants(os.getpid())
    if not tree.KNOWN or any(each.pgid == group for each in below):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signum)
    _kill((each.pid for each in below if each.pgid != group), signum)
    return tuple(sorted(each.pid for each in below)) or (() if tree.KNOWN else (group,))


def _kill(pids: Iterable[int], signum: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signum)
