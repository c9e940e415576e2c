"""Files: bounded reads that never hang, and writes that are there completely or not at all."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

from autoloop.errors import StateError
from autoloop.store.trouble import from_os, shown, wrong_kind

LARGEST = 64 * 1024 * 1024
"""Bytes; nothing the store writes comes near it, so anything above is not read into memory."""

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
_APPEND = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class Io:
    """Every call of the store that changes the disk, one method each.

    Crash tests pass a subclass whose ``point`` dies or raises at the n-th call; nothing else needs to know.
    """

    def point(self, call: str, name: str) -> None:
        """Called just before each change with the call's name and the file's."""

    def append_to(self, path: Path) -> int:
        """A descriptor that appends to ``path``, which is made when missing."""
        self.point("open", path.name)
        return os.open(path, _APPEND, 0o666)

    def create(self, path: Path) -> int:
        """A descriptor of a new file; fails when there is something already."""
        self.point("create", path.name)
        return os.open(path, _CREATE, 0o666)

    def write(self, fd: int, data: bytes, name: str) -> int:
        """One write; returns how many bytes were taken."""
        self.point("write", name)
        return os.write(fd, data)

    def sync(self, fd: int, name: str) -> None:
        """Force a file or directory to the disk itself (past the drive's cache where the platform can)."""
        self.point("sync", name)
        full = getattr(fcntl, "F_FULLFSYNC", None)
        if full is None:
            os.fsync(fd)
        else:
            fcntl.fcntl(fd, full)

    def sync_directory(self, path: Path) -> None:
        """Make the names in a directory durable."""
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
        try:
            self.sync(fd, path.name)
        finally:
            os.close(fd)

    def rename(self, old: Path, new: Path) -> None:
        """Put ``old`` in the place of ``new`` in one step."""
        self.point("rename", new.name)
        old.rename(new)

    def link(self, old: Path, new: Path) -> None:
        """A second name for a file; fails when the name is taken."""
        self.point("link", new.name)
        os.link(old, new)

    def unlink(self, path: Path) -> None:
        """Remove a name; a missing one is fine."""
        self.point("unlink", path.name)
        path.unlink(missing_ok=True)

    def truncate(self, fd: int, length: int, name: str) -> None:
        """Cut a file to ``length`` bytes."""
        self.point("truncate", name)
        os.ftruncate(fd, length)

    def mkdir(self, path: Path) -> None:
        """Make one directory; an existing one is fine."""
        self.point("mkdir", path.name)
        path.mkdir(exist_ok=True)


def open_regular(path: Path) -> int | None:
    """A descriptor to read a regular file from, or None when there is none.

    Raises:
        StateError: it is a link, a directory or a pipe, or it may not be read.
    """
    try:
        fd = os.open(path, _READ)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unopened(error, path) from error
    mode = os.fstat(fd).st_mode
    if stat.S_ISREG(mode):
        return fd
    os.close(fd)
    raise wrong_kind(path, mode, "a file")


def _unopened(error: OSError, path: Path) -> StateError:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return from_os(error, path, "read")
    return from_os(error, path, "read") if stat.S_ISREG(mode) else wrong_kind(path, mode, "a file")


def read(path: Path) -> bytes | None:
    """A whole file, or None when there is none.

    Raises:
        StateError: it is not a regular file, may not be read, or is larger than ``LARGEST``.
    """
    fd = open_regular(path)
    if fd is None:
        return None
    try:
        with os.fdopen(fd, "rb", buffering=0) as file:
            data = file.read() if os.fstat(fd).st_size <= LARGEST else None
    except OSError as error:
        raise from_os(error, path, "read") from error
    if data is None:
        raise StateError("too_large", f"{shown(path)} is too large to be AutoLoop's.", fix=f"move {shown(path)} away")
    return data


def write_all(io: Io, fd: int, data: bytes, name: str) -> None:
    """Write everything in one call; a short write means that the disk is full, and is not tried again."""
    import errno

    if io.write(fd, data, name) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def replace(io: Io, temporary: Path, path: Path, data: bytes, *, durable: bool) -> None:
    """Put ``data`` at ``path`` in one step: readers see the old content or the new, never a part.

    Args:
        io: does the calls.
        temporary: where the new file grows; on the same file system.
        path: what is replaced.
        data: the new content.
        durable: sync the file before the rename. The caller syncs the directory.

    Raises:
        OSError: what the system said; ``path`` is as before, and nothing is left of the temporary file.
    """
    temporary.unlink(missing_ok=True)
    fd = io.create(temporary)
    try:
        try:
            write_all(io, fd, data, path.name)
            if durable:
                io.sync(fd, path.name)
        finally:
            os.close(fd)
        io.rename(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
