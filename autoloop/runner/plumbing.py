"""File descriptors and signals of the supervisor."""

from __future__ import annotations

import fcntl
import math
import os
import select
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import FrameType

from autoloop.runner import relay

_ROOMY = 1024 * 1024
_FIRST_FREE = 10  # above the numbers that the command gets
_CHANGED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGCHLD", "SIGPIPE", "SIGXFSZ")

Handler = Callable[[int, FrameType | None], None]


class Pipes:
    """The four pipes between a command and its supervisor: ``out``, ``err``, ``ready`` and ``gate``."""

    def __init__(self) -> None:
        self.out, self._out_far = pipe()
        self.err, self._err_far = pipe()
        self.ready, self._ready_far = pipe()
        self._gate_far, self.gate = pipe()
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            for fd in (self.out, self.err):
                with suppress(OSError):  # a wish: fewer changes of context
                    fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, _ROOMY)

    def spawn(self, argv: tuple[str, ...], env: dict[str, str]) -> int:
        """Start a process in a group of its own, with these pipes and untouched signals; returns its id.

        Raises OSError when the system does not give us a process.
        """
        ends = (
            (self._out_far, 1),
            (self._err_far, 2),
            (self._ready_far, relay.READY_FD),
            (self._gate_far, relay.GATE_FD),
        )
        pid = os.posix_spawn(
            argv[0],
            argv,
            env,
            file_actions=[(os.POSIX_SPAWN_DUP2, fd, number) for fd, number in ends],
            setpgroup=0,
            setsigmask=(),
            setsigdef=[getattr(signal, name) for name in _CHANGED],
        )
        for fd, _ in ends:
            os.close(fd)
        return pid

    def open_gate(self) -> None:
        """Let the process begin."""
        with suppress(BrokenPipeError):  # it is dead already
            os.write(self.gate, b"\n")

    def close(self) -> None:
        """Close ``ready`` and ``gate``; ``out`` and ``err`` belong to their streams."""
        os.close(self.ready)
        os.close(self.gate)


class Bell:
    """Makes signals visible to poll.

    Attributes:
        fds: the first becomes readable with every signal; both are to be kept open.
    """

    def __init__(self) -> None:
        self.fds = pipe()
        for fd in self.fds:
            os.set_blocking(fd, False)
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(signum, signal.SIG_IGN)  # the handlers we were forked with belong to another program
        signal.set_wakeup_fd(self.fds[1], warn_on_full_buffer=False)

    def ring_on(self, signum: int, handler: Handler) -> None:
        """Handle a signal, and ring."""
        signal.signal(signum, handler)

    def silence(self) -> None:
        """Take notice."""
        with suppress(BlockingIOError):
            os.read(self.fds[0], 4096)


def pipe() -> tuple[int, int]:
    """A pipe, reading end first, on numbers that no ``dup2`` of ours will run over."""
    low = os.pipe()
    near, far = (fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE) for fd in low)
    for fd in low:
        os.close(fd)
    return near, far


def close_all_but(*kept: int) -> None:
    """Close every other descriptor above stderr: locks, databases and pipes of the process that was forked."""
    begin = 3
    for fd in sorted(kept):
        os.closerange(begin, fd)
        begin = fd + 1
    os.closerange(begin, os.sysconf("SC_OPEN_MAX"))


def readable(fds: Iterable[int], seconds: float) -> list[int]:
    """Which of these have something to be read, or have ended, within so many seconds (infinity: wait for ever)."""
    poll = select.poll()
    for fd in fds:
        poll.register(fd, select.POLLIN)
    return [fd for fd, _ in poll.poll(None if math.isinf(seconds) else seconds * 1000)]
