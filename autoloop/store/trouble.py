"""What the operating system says, in words a user can act on."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from autoloop.errors import StateError

REBUILD = "autoloop doctor --rebuild"

_ROOM = "free some space, then run the command again"
_RIGHTS = "give yourself the right to write there (ls -ld {path}), then run the command again"
_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFREG: "a file",
}
_CAUSES: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("disk_full", _ROOM),
    errno.EDQUOT: ("disk_full", _ROOM),
    errno.EFBIG: ("disk_full", "raise the limit on the size of files (ulimit -f), then run the command again"),
    errno.EROFS: ("read_only", "make the file system writable, then run the command again"),
    errno.EACCES: ("no_permission", _RIGHTS),
    errno.EPERM: ("no_permission", _RIGHTS),
    errno.EMFILE: ("too_many_files", "raise the limit on open files (ulimit -n), then run the command again"),
    errno.ENFILE: ("too_many_files", "close some programs, then run the command again"),
    errno.ELOOP: ("not_a_file", "put the real file or directory in the place of the link at {path}"),
    errno.ENOTDIR: ("not_a_directory", "move away what stands where a directory of .autoloop/ belongs"),
    errno.EISDIR: ("not_a_file", "move the directory {path} away"),
}
_FROM_OUTSIDE = (_CAUSES.keys() | {errno.EIO}) - {errno.ELOOP, errno.ENOTDIR, errno.EISDIR}
_OTHERWISE = ("io_error", "check the disk and the file system, then run the command again")


def shown(path: Path) -> str:
    """A path as errors name it: from ``.autoloop/`` on, without control characters."""
    parts = path.parts
    inner = parts[parts.index(".autoloop") :] if ".autoloop" in parts else parts
    return os.path.join(*inner).encode("unicode_escape").decode("ascii")  # noqa: PTH118 - parts, not paths


def from_os(error: OSError, path: Path, doing: str) -> StateError:
    """The user's error for an ``OSError``; ``doing`` is "read" or "written"."""
    code, fix = _CAUSES.get(error.errno or 0, _OTHERWISE)
    why = (error.strerror or str(error)) + _foreign_owner(path)
    return StateError(code, f"{shown(path)} cannot be {doing}.", why=why, fix=fix.format(path=shown(path)))


def of_the_system(error: OSError) -> StateError | None:
    """The user's error for a disk that is full or broken, for missing rights and for limits; None for a surprise."""
    if error.errno not in _FROM_OUTSIDE:
        return None
    return from_os(error, Path(error.filename if isinstance(error.filename, str) else "A file"), "read or written")


def said(error: StateError) -> str:
    """An error as a warning: what and why, without what to do."""
    return f"{error.what} {error.why}".rstrip()


def wrong_kind(path: Path, mode: int, wanted: str) -> StateError:
    """The user's error for a directory, link or pipe that stands where a file belongs, or the other way round."""
    found = _KINDS.get(stat.S_IFMT(mode), "something else")
    code = "not_a_directory" if wanted == "a directory" else "not_a_file"
    return StateError(
        code,
        f"{shown(path)} is {found} and should be {wanted}.",
        why="AutoLoop does not follow links or guess what else is meant there; nothing was changed.",
        fix=f"move {shown(path)} away, then run: {REBUILD}",
    )


def _foreign_owner(path: Path) -> str:
    try:
        owner = path.lstat().st_uid
    except OSError:
        return ""
    me = os.geteuid()
    return "" if owner == me else f" (it belongs to user id {owner}, you are {me})"
