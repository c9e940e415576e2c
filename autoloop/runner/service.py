"""Supervisors at our service: started by ``sh`` when one is needed, used again for the next run."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from autoloop.errors import CommandError
from autoloop.runner.supervisor import serve
from autoloop.runner.wire import Line

_ANY_CODE = tuple(range(-64, 256))


class Service:
    """The line to one supervisor.

    Attributes:
        owner: process that started it; after a fork the child must not talk on the same line.
    """

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.owner = os.getpid()
        self.line = Line(ours)
        with theirs:
            self._process = _fork(theirs.fileno())

    @property
    def ready(self) -> bool:
        """Whether it may be asked for the next run."""
        return self.owner == os.getpid() and self.line.hear(0) is None and not self.line.closed

    def retire(self) -> None:
        """Hang up; it ends whatever it is doing."""
        self.line.close()


_idle: list[Service] = []


@contextmanager
def borrowed() -> Iterator[Line]:
    """A line to a supervisor that has nothing to do; after an exception it is not used again.

    Raises CommandError when the system does not give us a process.
    """
    service = _take()
    try:
        yield service.line
    except BaseException:
        service.retire()
        raise
    _idle.append(service)


def _take() -> Service:
    while _idle:
        service = _idle.pop()
        if service.ready:
            return service
        service.retire()
    try:
        return Service()
    except OSError as error:
        raise CommandError(
            "no_process",
            "The command was not run: the system gave us no process for it.",
            why=str(error),
            fix="End something else or raise the limit that the reason names, then run it again.",
        ) from error


def _fork(channel: int) -> object:
    """Have ``sh`` fork a process in a session of its own which serves instead of becoming a program."""
    import sh

    with Path(os.devnull).open("r+b") as nothing:
        return sh.Command("/bin/sh")(
            _preexec_fn=partial(serve, channel),
            _in=nothing,
            _out=nothing,
            _err=nothing,
            _tty_out=False,
            _bg=True,
            _bg_exc=False,
            _new_session=True,
            _ok_code=_ANY_CODE,
        )
