"""The file that says what a process is at, for those who look. Nothing depends on it, nothing of it is synced."""

from __future__ import annotations

import os
import time
from contextlib import suppress

import msgspec

from autoloop.errors import StateError
from autoloop.paths import Layout
from autoloop.progress import Live, Point, Progress
from autoloop.store.files import Io, read, replace
from autoloop.store.lock import alive, read_holder, start_time

_PAUSE = 0.2
_POINTS = 240
_LINES = 20


class LiveFile:
    """Written by one process while it works; a few times a second at most, whatever it is told.

    Args:
        layout: the workspace.
        io: does the calls that change the disk.
        command: what this process was asked to do.
    """

    def __init__(self, layout: Layout, io: Io, command: str) -> None:
        self._layout = layout
        self._io = io
        me = os.getpid()
        self._live = Live(me, start_time(me), command, time.time(), Progress("", ""))
        self._written = float("-inf")

    def tell(self, progress: Progress) -> None:
        """Let others see this step of progress; a new phase and a notable line at once, others when it is time."""
        live = self._live
        moved = progress.phase != live.progress.phase or progress.notable
        points = live.points if progress.done or progress.notable else ()
        if progress.arm:
            points = (*points, _point(progress))[-_POINTS:]
        lines = (*live.lines, progress.text)[-_LINES:] if progress.notable else live.lines
        self._live = msgspec.structs.replace(live, progress=progress, points=points, lines=lines)
        now = time.monotonic()
        if moved or now - self._written >= _PAUSE:
            self._written = now
            self._write()

    def close(self) -> None:
        """This process is at nothing any more."""
        with suppress(OSError):
            found = _decoded(self._layout)
            if found is not None and found.pid == self._live.pid:
                self._layout.live.unlink(missing_ok=True)

    def _write(self) -> None:
        path = self._layout.live
        with suppress(OSError):
            replace(self._io, path.with_name("live.json.new"), path, msgspec.json.encode(self._live), durable=False)


def _point(progress: Progress) -> Point:
    return Point(progress.arm, progress.value, progress.percent, progress.low, progress.high)


def _decoded(layout: Layout) -> Live | None:
    with suppress(OSError, StateError, msgspec.MsgspecError):
        return msgspec.json.decode(read(layout.live) or b"", type=Live)
    return None


def at_work(layout: Layout) -> Live | None:
    """What another process is at in this workspace now; None when nobody is, whatever files it left."""
    me = os.getpid()
    found = _decoded(layout)
    if found is not None and found.pid != me and alive(found.pid, found.started):
        return found
    holder = read_holder(layout)
    if holder is None or holder.pid == me:
        return None
    return Live(holder.pid, holder.started, holder.command, holder.since, Progress("", ""))
