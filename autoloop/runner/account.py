"""Who has ended, when, and what it used: the supervisor's book about the processes it waited for."""

from __future__ import annotations

import os
import resource
import time
from types import FrameType

import msgspec

from autoloop.runner import usage


class Death(msgspec.Struct, frozen=True):
    """A child that was waited for."""

    pid: int
    status: int
    moment: float
    used: resource.struct_rusage


class Account:
    """All children that have ended so far.

    Attributes:
        first: the process that was forked; its resident set is a copy of ours and does not count.
        leader: the process that became the command; None until the relay has said which.
        alone: nothing is left to wait for.
        used_before: seconds of processor time that the leader had used before it became the command.
    """

    def __init__(self) -> None:
        self.first = 0
        self.leader: int | None = None
        self.alone = False
        self.used_before = 0.0
        self._deaths: list[Death] = []

    def collect(self, _signum: int = 0, _frame: FrameType | None = None) -> None:
        """Wait for all that has ended; the handler of SIGCHLD, so that the moment is right whatever else goes on.

        It only appends: a second signal may interrupt it at any place.
        """
        moment = time.monotonic()
        while True:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                self.alone = True
                return
            if pid == 0:
                return
            self._deaths.append(Death(pid, status, moment, used))

    @property
    def end(self) -> Death | None:
        """The command's own end."""
        return next((death for death in self._deaths if death.pid == self.leader), None)

    def adopted(self, pid: int) -> bool:
        """Whether this process is our own child: it is the first, or the first, its parent, is dead."""
        return pid == self.first or any(death.pid == self.first for death in self._deaths)

    def cpu(self) -> float:
        """User and system seconds of all that has ended."""
        used = sum(usage.cpu_seconds(death.used) for death in self._counted())
        return max(0.0, used - self.used_before)

    def peak_rss(self) -> int:
        """Bytes of the largest resident set of all that has ended."""
        return max((usage.peak_bytes(death.used) for death in self._counted()), default=0)

    def _counted(self) -> list[Death]:
        return [death for death in self._deaths if death.pid != self.first or self.leader == self.first]
