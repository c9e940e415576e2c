"""Captured output: redacted, streamed to a file, its size capped, its beginning and its end kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from autoloop.runner.redact import Redactor

CHUNK = 256 * 1024
_CHUNKS_AT_ONCE = 8
_HEAD_SHARE = 4


class CappedFile:
    """A file that keeps the first quarter and the last three quarters of what is written to it, ``limit`` bytes in all.

    The end is where commands print their results. It is kept in a ring, a nameless file beside the first, and joined
    to the beginning by ``close``, starting at a line's beginning, after one line that says how much was left out.
    """

    def __init__(self, path: Path, limit: int) -> None:
        self._head = path.open("wb", buffering=0)
        self._room = max(limit // _HEAD_SHARE, 1)
        self._ring: BinaryIO | None = None
        self._ring_size = max(limit - self._room, 1)
        self._ringed = 0
        self._path = path
        self.truncated = False

    def write(self, data: bytes) -> None:
        """Append. Raises OSError when the disk does not take it."""
        head = data[: self._room]
        if head:
            _write_all(self._head, head)
            self._room -= len(head)
        if len(data) > len(head):
            self._write_ring(memoryview(data)[len(head) :])

    def close(self) -> None:
        """Join beginning and end."""
        if self._ring is not None:
            with self._ring:
                self._join(self._ring)
        self._head.close()

    def _write_ring(self, data: memoryview) -> None:
        if self._ring is None:
            self._ring = self._open_ring()
        while data:
            at = self._ringed % self._ring_size
            part = data[: self._ring_size - at]
            self._ring.seek(at)
            _write_all(self._ring, part)
            self._ringed += len(part)
            data = data[len(part) :]

    def _open_ring(self) -> BinaryIO:
        name = self._path.with_name(f"{self._path.name}.ring")
        ring = name.open("w+b", buffering=0)
        name.unlink()
        return ring

    def _join(self, ring: BinaryIO) -> None:
        lost = self._ringed - self._ring_size
        if lost <= 0:
            _copy(ring, self._head, 0, self._ringed)
            return
        self.truncated = True
        start = self._ringed % self._ring_size
        skipped = _line_start(ring, start, self._ring_size)
        _write_all(self._head, b"\n[autoloop: %d bytes left out]\n" % (lost + skipped))
        if start + skipped < self._ring_size:
            _copy(ring, self._head, start + skipped, self._ring_size)
            _copy(ring, self._head, 0, start)
        else:
            _copy(ring, self._head, start + skipped - self._ring_size, start)


class Stream:
    """One output pipe of a command and the file it ends up in."""

    def __init__(self, fd: int, path: Path, limit: int, secrets: Mapping[str, str]) -> None:
        os.set_blocking(fd, False)
        self.fd = fd
        self.open = True
        self._redactor = Redactor(secrets)
        self._file = CappedFile(path, limit)

    @property
    def truncated(self) -> bool:
        """Whether something was left out."""
        return self._file.truncated

    def pump(self) -> bool:
        """Take what is there, up to a measure; returns whether that was all. At its end the stream is not ``open``."""
        for _ in range(_CHUNKS_AT_ONCE):
            try:
                chunk = os.read(self.fd, CHUNK)
            except BlockingIOError:
                return True
            if not chunk:
                self.open = False
                return True
            self._file.write(self._redactor.feed(chunk))
        return False

    def close(self) -> None:
        """Write what was held back and finish the file."""
        self._file.write(self._redactor.finish())
        self._file.close()
        os.close(self.fd)


def _line_start(ring: BinaryIO, start: int, size: int) -> int:
    """How many bytes after ``start``, around the ring, the next line begins; 0 when none does soon."""
    ring.seek(start)
    ahead = ring.read(min(CHUNK, size - start))
    ring.seek(0)
    return (ahead + ring.read(min(CHUNK, start))).find(b"\n") + 1


def _copy(source: BinaryIO, target: BinaryIO, begin: int, end: int) -> None:
    source.seek(begin)
    while begin < end:
        part = source.read(min(CHUNK, end - begin))
        if not part:
            return
        _write_all(target, part)
        begin += len(part)


def _write_all(file: BinaryIO, data: bytes | memoryview) -> None:
    """A raw file may take less than it is given."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
