"""Which files are opened while something runs: asked of Linux (inotify), which tells of every process of the machine.

Nothing is slowed down, changed or traced. Python's standard library has no way to inotify, and what is needed of it is
three calls of the C library and one record; see inotify(7).
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

_OPEN, _OVERFLOW, _IS_DIRECTORY = 0x20, 0x4000, 0x40000000
_ONLY_DIRECTORIES, _FOLLOW_NO_LINK = 0x01000000, 0x02000000
_EVENT = struct.Struct("iIII")  # watch, what, cookie, length of the name that follows
_BUFFER = 1 << 20
MOST = 4096
"""Directories that are watched at most; each costs the kernel about a kilobyte."""


class Witness:
    """Sees the files that are opened right in some directories, between entering and leaving it.

    Args:
        root: what the paths are relative to.
        directories: relative paths; the empty one is the root itself. Those that are missing are left out.

    Attributes:
        directories: those that it was given, each once.
        opened: relative paths of the files that were opened, complete once it was left.
        complete: whether everything could be seen; what was opened was opened in any case.
    """

    def __init__(self, root: Path, directories: Iterable[str]) -> None:
        self.opened: set[str] = set()
        self.complete = True
        self._root = root
        self.directories = tuple(dict.fromkeys(directories))
        self._watched: dict[int, str] = {}
        self._handle = -1

    def __enter__(self) -> Self:
        self.complete = sys.platform == "linux" and len(self.directories) <= MOST and self._watch()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._handle >= 0:
            self._collect()
            os.close(self._handle)
            self._handle = -1

    def _watch(self) -> bool:
        """Whether every directory that is there is watched now."""
        library = ctypes.CDLL(None, use_errno=True)
        self._handle = library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._handle < 0:
            return False
        mask = _OPEN | _ONLY_DIRECTORIES | _FOLLOW_NO_LINK
        for directory in self.directories:
            place = os.fsencode(self._root / directory)
            number = library.inotify_add_watch(self._handle, place, mask)
            if number >= 0:
                self._watched[number] = f"{directory}/" if directory else ""
            elif os.path.lexists(place):
                return False  # the machine's limit of watches, or a directory that cannot be read
        return True

    def _collect(self) -> None:
        for watch, what, name in self._events():
            if what & _OVERFLOW:
                self.complete = False
            elif what & _OPEN and not what & _IS_DIRECTORY and watch in self._watched:
                self.opened.add(self._watched[watch] + name)

    def _events(self) -> Iterator[tuple[int, int, str]]:
        while True:
            try:
                raw = os.read(self._handle, _BUFFER)
            except BlockingIOError:
                return
            at = 0
            while at < len(raw):
                watch, what, _, length = _EVENT.unpack_from(raw, at)
                at += _EVENT.size + length
                yield watch, what, os.fsdecode(raw[at - length : at].rstrip(b"\0"))
