"""What ``run`` and the supervisor say to each other over their socket."""

from __future__ import annotations

import os
import pickle
import socket
import time
from collections import deque
from pathlib import Path
from typing import Literal

import msgspec

from autoloop.runner.plumbing import readable
from autoloop.runner.records import Command, Group

_HEADER = 4
_RECEIVE = 64 * 1024

Word = Literal["go", "stop", "kill"]


class Job(msgspec.Struct, frozen=True):
    """What to run, all decisions made.

    Attributes:
        env: the whole environment of the command.
        secrets: values to be redacted, by the name that is shown instead.
    """

    command: Command
    stdout: Path
    stderr: Path
    env: dict[str, str]
    secrets: dict[str, str]
    mark: str


class Report(msgspec.Struct, frozen=True):
    """What the supervisor says at the end of a run.

    Attributes:
        status: wait status of the command's own process, None when it has none.
        cause: why it was ended: ``""`` it ended by itself, ``timeout``, ``interrupted``.
        oom_kill: the kernel's count of processes killed for want of memory rose meanwhile.
        fault: what went wrong with the supervision itself, for example a full disk.
        began: whether that was after the command had been started.
        last: this supervisor ends now, something of the run could not be ended.
    """

    status: int | None = None
    cause: str = ""
    wall: float = 0.0
    cpu: float = 0.0
    peak_rss: int = 0
    truncated: bool = False
    oom_kill: bool = False
    leftovers: tuple[int, ...] = ()
    fault: str = ""
    began: bool = True
    last: bool = False


Message = Job | Report | Group | Word


class Line:
    """One end of the socket. Messages are pickles with their length before them: both ends are the same program."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._bytes = b""
        self._heard: deque[Message] = deque()
        self.closed = False

    def fileno(self) -> int:
        """For poll."""
        return self._channel.fileno()

    def close(self) -> None:
        """Hang up."""
        self.closed = True
        self._channel.close()

    def say(self, message: Message) -> None:
        """Send. Raises OSError when the other end is gone.

        Written as to a file: an agent's sandbox may forbid the calls that send to a socket, because of the network.
        """
        body = pickle.dumps(message)
        rest = memoryview(len(body).to_bytes(_HEADER) + body)
        while rest:
            rest = rest[os.write(self.fileno(), rest) :]

    def hear(self, patience: float) -> Message | None:
        """The next message; None when there is none in time, or never will be (``closed``)."""
        give_up = time.monotonic() + patience
        while not self._heard and not self.closed:
            if not readable((self.fileno(),), max(0.0, give_up - time.monotonic())):
                return None
            self._receive()
        return self._heard.popleft() if self._heard else None

    def _receive(self) -> None:
        try:
            part = self._channel.recv(_RECEIVE)
        except ConnectionError:
            part = b""
        self.closed = not part
        self._bytes += part
        while len(self._bytes) >= _HEADER:
            end = _HEADER + int.from_bytes(self._bytes[:_HEADER])
            if len(self._bytes) < end:
                return
            self._heard.append(pickle.loads(self._bytes[_HEADER:end]))  # noqa: S301 - written by our own other half
            self._bytes = self._bytes[end:]
