"""The beginning of a run: the relay arrives, is let through when ``run`` says so, and becomes the command."""

from __future__ import annotations

import os
import time

from autoloop.runner import limits, usage
from autoloop.runner.account import Account
from autoloop.runner.plumbing import Pipes
from autoloop.runner.records import Limits

_NEVER = float("inf")


class Gate:
    """Watches over the beginning of one run.

    Attributes:
        go: ``run`` has said so.
        began: when the command was exec'd (monotonic), infinity before.
    """

    def __init__(self, pipes: Pipes, account: Account, bounds: Limits) -> None:
        self._pipes = pipes
        self._account = account
        self._limits = bounds
        self._name = b""
        self._opened = _NEVER
        self.go = False
        self.began = _NEVER

    @property
    def passed(self) -> bool:
        """Whether the relay has gone through, or died before."""
        return self.began < _NEVER

    def look(self) -> None:
        """The relay says its number when it is there, and its end of the pipe closes with its exec."""
        word = os.read(self._pipes.ready, 64)
        self._name += word
        if not word:
            self.began = time.monotonic()
            self._account.leader = int(self._name or self._account.first)

    def open_in_time(self) -> None:
        """Open when all is set: go was said, and the relay is ours alone.

        A parent of it that is not dead yet could still wait for it in our place.
        """
        if not self.go or self._opened < _NEVER or not self._name.endswith(b"\n"):
            return
        pid = int(self._name)
        if self._account.adopted(pid):
            limits.apply(pid, self._limits)
            self._account.used_before = usage.cpu_so_far(pid)
            self._opened = time.monotonic()
            self._pipes.open_gate()

    def seconds_until(self, moment: float) -> float:
        """Wall time of the command; since the gate's opening when it was over before its exec was noticed."""
        began = self.began if self.began < moment else self._opened
        return max(0.0, moment - began)
