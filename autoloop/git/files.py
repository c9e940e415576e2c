"""Files of the work tree as they are: kind and raw bytes, never through a symbolic link."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from autoloop.git.handle import Git
from autoloop.git.names import locate, parents
from autoloop.git.values import EXECUTABLE, REGULAR, SYMLINK, Entry

DIRECTORY = "040000"
OTHER = "000000"
PERMISSIONS = 0o7777
USUAL = {REGULAR: 0o644, EXECUTABLE: 0o755, DIRECTORY: 0o755}
_CHUNK = 1 << 20


def look(git: Git, path: bytes) -> Entry | None:
    """Kind and raw bytes of what is at ``path``; None when nothing is, or when a parent is a symbolic link.

    A directory has mode ``040000``; what is neither file, link nor directory has mode ``000000``; both have no bytes.
    """
    if linked_parent(git.root, path) is not None:
        return None
    return look_at(git, locate(git.root, path))


def look_at(git: Git, file: Path) -> Entry | None:
    """Kind and raw bytes of one file; the same words as ``look``."""
    try:
        found = file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(found.st_mode):
        return Entry(SYMLINK, git.blob_of(link_target(file)))
    if stat.S_ISREG(found.st_mode):
        mode = EXECUTABLE if found.st_mode & stat.S_IXUSR else REGULAR
        return Entry(mode, raw_oid(git, file))
    return Entry(DIRECTORY if stat.S_ISDIR(found.st_mode) else OTHER, "")


def link_target(file: Path) -> bytes:
    """What a symbolic link says, as it is written."""
    return os.readlink(os.fsencode(file))  # noqa: PTH115 - a Path would tidy the target up


def raw_oid(git: Git, file: Path) -> str:
    """The id of the blob that holds the file's bytes as they are on disk."""
    with file.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        return git.hash_blob(size, iter(lambda: stream.read(_CHUNK), b""))


def same_bytes(one: Entry | None, other: Entry | None) -> bool:
    """Whether two looks saw the same kind of file with the same bytes, whatever its permissions."""
    if one is None or other is None:
        return one is other
    return (one.mode == SYMLINK) == (other.mode == SYMLINK) and one.oid == other.oid and bool(one.oid)


def permissions(file: Path | bytes) -> int | None:
    """Permission bits of a file or directory; None for a link or when it is not there."""
    try:
        found = os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return None if stat.S_ISLNK(found.st_mode) else stat.S_IMODE(found.st_mode) & PERMISSIONS


def linked_parent(root: Path, path: bytes) -> bytes | None:
    """The outermost parent of ``path`` that is a symbolic link, if one is."""
    return next((parent for parent in parents(path) if locate(root, parent).is_symlink()), None)


def problem(file: Path, max_bytes: int) -> str | None:
    """Why a snapshot cannot hold this file: too big, or not to be read."""
    try:
        found = file.lstat()
        if stat.S_ISREG(found.st_mode):
            with file.open("rb"):
                pass
    except FileNotFoundError:
        return None
    except OSError as error:
        return reason(error)
    if stat.S_ISREG(found.st_mode) and found.st_size > max_bytes:
        return f"bigger than {max_bytes >> 20} MB"
    return None


def reason(error: OSError) -> str:
    """What the system says, in lower case."""
    return (error.strerror or str(error)).lower()
