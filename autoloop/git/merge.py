"""Three-way merges of single files, as git objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from autoloop.git.handle import Git, private
from autoloop.git.names import decode
from autoloop.git.values import EXECUTABLE, REGULAR, Change, Entry

_FILES = {REGULAR, EXECUTABLE}


class Merged(msgspec.Struct):
    """What became of a set of changes.

    Attributes:
        entries: what to put into the tree, None to take a path out.
        conflicts: paths where both sides changed the same lines, or where one side has no file to change.
    """

    entries: dict[bytes, Entry | None] = {}
    conflicts: list[bytes] = []


def onto(git: Git, changes: Iterable[Change], differs: Mapping[bytes, Entry | None], scratch: Path) -> Merged:
    """Apply changes to a tree that is their before side but for ``differs`` (path to what that tree has there)."""
    merged = Merged()
    for change in changes:
        path = decode(change.path)
        ours = differs.get(path, change.old)
        try:
            merged.entries[path] = three_way(git, change.old, ours, change.new, scratch)
        except ConflictError:
            merged.conflicts.append(path)
    return merged


class ConflictError(Exception):
    """Both sides changed the same thing."""


def three_way(git: Git, base: Entry | None, ours: Entry | None, theirs: Entry | None, scratch: Path) -> Entry | None:
    """The one of three that holds both changes.

    Raises:
        ConflictError: when nothing does.
    """
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    if base is None or ours is None or theirs is None or not {base.mode, ours.mode, theirs.mode} <= _FILES:
        raise ConflictError
    mode = theirs.mode if ours.mode == base.mode else ours.mode
    return Entry(mode, _contents(git, (ours.oid, base.oid, theirs.oid), scratch))


def _contents(git: Git, oids: tuple[str, str, str], scratch: Path) -> str:
    ours, base, theirs = oids
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    with private(scratch) as own:
        for name, oid in zip(("ours", "base", "theirs"), oids, strict=True):
            (own / name).write_bytes(git.run("cat-file", "blob", oid))
        answer = git.ask("merge-file", "-p", "-q", "ours", "base", "theirs", cwd=own, ok=tuple(range(256)))
    if answer.code:
        raise ConflictError
    return git.line("hash-object", "-w", "--stdin", stdin=answer.out)
