"""Remembering the work tree at the beginning of an experiment, so that a discard can bring it back exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from autoloop.git import conversion, files, records, snapshot, status, trees, walk
from autoloop.git.handle import Git, private
from autoloop.git.names import decode, encode, full
from autoloop.git.values import GITLINK, Entry, Head, Remembered

_MESSAGE = "autoloop: the work tree before an experiment\n"
_RECORDS = "autoloop: records of the work tree before an experiment\n"


def remember(git: Git, head: Head, scratch: Path, max_file_bytes: int) -> Remembered:
    """See ``Repository.remember``."""
    with private(scratch) as own:
        file = own / "index"
        staged = snapshot.open_copy(git, file)
        index_tree = git.line("write-tree", env=git.within(file))
        seen = status.look(git, file, ignored=True)
        taken = snapshot.write(git, file, staged, seen, max_file_bytes)
        held = trees.read(git, taken.tree)
        dirty = {*seen.changed, *seen.untracked} - {decode(one.path) for one in taken.skipped}
        converted = conversion.find(git, held, dirty, file, max_file_bytes)
        found = list(walk.directories(git, closed(held, seen.ignored)))
        facts = records.Facts(
            permissions=_permissions(git, held, found),
            smudged=tuple(encode(path) for path in converted.smudged),
            directories=tuple(encode(path) for path in found),
        )
        known = records.Known(staged, index_tree, converted.raw, seen.ignored, facts)
        tree = records.save(git, own, known)
    above = [] if head.commit is None else [head.commit]
    commit = trees.commit(git, taken.tree, [*above, trees.commit(git, tree, [], _RECORDS)], _MESSAGE)
    return Remembered(head, taken, commit, tree)


def closed(held: Mapping[bytes, Entry], ignored: Iterable[bytes]) -> set[bytes]:
    """Directories not to look into: submodules and ignored ones."""
    submodules = {path for path, entry in held.items() if entry.mode == GITLINK}
    return submodules | {path[:-1] for path in ignored if path.endswith(b"/")}


def _permissions(git: Git, held: Mapping[bytes, Entry], directories: Iterable[bytes]) -> dict[str, int]:
    usual = {path: files.USUAL[entry.mode] for path, entry in held.items() if entry.mode in files.USUAL}
    usual |= dict.fromkeys(directories, files.USUAL[files.DIRECTORY])
    found = ((path, bits, files.permissions(full(git.root, path))) for path, bits in usual.items())
    return {encode(path): bits for path, expected, bits in found if bits is not None and bits != expected}
