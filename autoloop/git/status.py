"""What git says about the work tree, in one call."""

from __future__ import annotations

from pathlib import Path

import msgspec

from autoloop.git.handle import Git
from autoloop.git.names import ours

_FIELDS = {b"1": 8, b"u": 10}
_DELETED = b"D"


class WorkTree(msgspec.Struct):
    """The work tree against an index.

    Attributes:
        changed: tracked paths whose file differs from the index or is newly staged, with git's two letters.
        untracked: files nobody told git about; a name with a slash at its end is a nested repository.
        ignored: ignored files, and ignored directories with a slash at the end.
        unmerged: paths with a conflict.
    """

    changed: dict[bytes, bytes] = {}
    untracked: list[bytes] = []
    ignored: list[bytes] = []
    unmerged: list[bytes] = []

    @property
    def edited(self) -> list[bytes]:
        """Tracked paths whose file differs from the index."""
        return [path for path, letters in self.changed.items() if letters[1:2] != b"."]


def look(git: Git, index: Path, *, ignored: bool = False) -> WorkTree:
    """Compare the work tree with ``index``; AutoLoop's own directory is left out."""
    listing = git.run(
        "status",
        "--porcelain=v2",
        "-z",
        "--untracked-files=all",
        "--ignored=matching" if ignored else "--ignored=no",
        "--no-renames",
        "--ignore-submodules=dirty",
        env=git.within(index),
    )
    found = WorkTree()
    for record in listing.split(b"\0")[:-1]:
        _sort(found, record)
    return found


def _sort(found: WorkTree, record: bytes) -> None:
    kind, _, rest = record.partition(b" ")
    path = rest if kind in b"?!" else record.split(b" ", _FIELDS[kind])[-1]
    if ours(path):
        return
    match kind:
        case b"?":
            found.untracked.append(path)
        case b"!":
            found.ignored.append(path)
        case b"u":
            found.unmerged.append(path)
        case _:
            found.changed[path] = record.split(b" ", 2)[1]
