"""A command that goes on by itself after its caller has gone: who does it, and what it answered."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from autoloop.errors import StateError
from autoloop.paths import Layout
from autoloop.store.files import Io, read, replace
from autoloop.store.home import make_directory
from autoloop.store.lock import alive, start_time


class Worker(msgspec.Struct, frozen=True):
    """The process of a detached command; ``words`` are its name and options."""

    pid: int
    started: int | None
    words: tuple[str, ...]

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return alive(self.pid, self.started)


class Outputs(NamedTuple):
    """Where a worker's output goes."""

    answer: Path
    talk: Path


def outputs(layout: Layout) -> Outputs:
    """The files of the one detached command there may be."""
    return Outputs(layout.detached / "answer.json", layout.detached / "talk.txt")


def _note(layout: Layout) -> Path:
    return layout.detached / "worker.json"


def hand_over(layout: Layout, io: Io, words: tuple[str, ...], start: Callable[[Outputs], int]) -> Worker:
    """Start a worker with ``start``, which answers its process number, and remember it."""
    make_directory(io, layout.detached)
    files = outputs(layout)
    forget(layout)
    pid = start(files)
    worker = Worker(pid, start_time(pid), words)
    replace(io, layout.detached / "worker.new", _note(layout), msgspec.json.encode(worker), durable=False)
    return worker


def worker_of(layout: Layout) -> Worker | None:
    """The detached command, under way or ended; None when there was none, or when somebody acted after it."""
    with suppress(OSError, StateError, msgspec.MsgspecError):
        return msgspec.json.decode(read(_note(layout)) or b"", type=Worker)
    return None


def answer_of(layout: Layout) -> bytes:
    """What the worker has printed; empty while it works, and for ever when it was killed.

    Raises:
        StateError: the file cannot be read.
    """
    return read(outputs(layout).answer) or b""


def forget(layout: Layout) -> None:
    """Take the answer of an earlier worker away: somebody else acts now, and it would be stale."""
    found = worker_of(layout)
    if found is None or found.pid == os.getpid():
        return
    for path in (_note(layout), *outputs(layout)):
        with suppress(OSError):
            path.unlink(missing_ok=True)
