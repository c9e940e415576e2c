"""Bringing an earlier candidate back: its change applied to the work tree of today by a three-way merge on trees."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from autoloop.errors import GitError
from autoloop.git import checkout, files, index, locks, merge, operations, place, refs, trees, undo
from autoloop.git.handle import Git, private
from autoloop.git.names import decode, encode, locate, parents
from autoloop.git.values import Change, DiscardPlan, Entry, Remembered, Restored

_MESSAGE = "autoloop: an earlier candidate on today's work tree\n"
_BYTES = "autoloop: its bytes on disk\n"


class Revival(msgspec.Struct, frozen=True):
    """The change from ``base`` to ``theirs`` (trees), to be applied to the work tree that ``before`` remembers."""

    before: Remembered
    base: str
    theirs: str
    ref: str


def plan(git: Git, revival: Revival, scratch: Path) -> DiscardPlan:
    """See ``Repository.plan_revive``."""
    operations.check_none(git)
    locks.check_index(git)
    place.sweep(scratch)
    tree, changes = _merged(git, revival, scratch)
    present = undo.present_at(git, changes)
    strangers = [change.path for change in changes if change.old is None and present[decode(change.path)] is not None]
    _refuse_strangers(strangers)
    wanted = _bytes(git, tree, changes, scratch)
    undo.check_way(git, present, wanted)
    staged = index.read(git)
    restored = tuple(
        Restored(encode(path), number, present[path], entry, None, staged.get(path))
        for number, (path, entry) in enumerate(wanted.items())
    )
    own = Path(tempfile.mkdtemp(prefix=place.PREFIX, dir=scratch))
    raw = trees.commit(git, index.tree_with(git, None, wanted, own), [], _BYTES)
    commit = trees.commit(git, tree, [raw], _MESSAGE)
    refs.anchor(git, {revival.ref: commit})
    made = DiscardPlan(own.name, revival.ref, commit, restored, remove_directories=_emptied(git, tree, changes))
    place.prepare(git, made, scratch)
    return made


def _merged(git: Git, revival: Revival, scratch: Path) -> tuple[str, tuple[Change, ...]]:
    """The tree to be, and how it differs from the present work tree."""
    now = revival.before.tree
    changes = trees.compare(git, revival.base, revival.theirs)
    if moved := [change.path for change in changes if change.is_gitlink]:
        raise GitError(
            "submodule_changed",
            "The candidate changed submodules, and AutoLoop never touches what is inside of them.",
            why=f"Changed: {undo.named(moved)}.",
            fix="autoloop diff N shows the change; make it by hand",
        )
    differs = {decode(change.path): change.new for change in trees.compare(git, revival.base, now)}
    merged = merge.onto(git, changes, differs, scratch)
    _refuse([encode(path) for path in merged.conflicts])
    tree = index.tree_with(git, now, merged.entries, scratch)
    written = trees.compare(git, now, tree)
    _refuse([change.path for change in written if decode(change.path) not in merged.entries])
    if not written:
        raise GitError(
            "nothing_to_revive",
            "The work tree holds this change already.",
            why="Nothing of it is left to apply.",
            fix="autoloop history",
        )
    return tree, written


def _emptied(git: Git, tree: str, changes: Sequence[Change]) -> tuple[str, ...]:
    """Directories whose last file goes, the deepest first."""
    left = {above for path in trees.read(git, tree) for above in parents(path)}
    gone = {above for change in changes if change.new is None for above in parents(decode(change.path))} - left
    return tuple(encode(path) for path in sorted(gone, key=lambda path: -path.count(b"/")))


def _bytes(git: Git, tree: str, changes: Sequence[Change], scratch: Path) -> Mapping[bytes, Entry | None]:
    """What a checkout would write for each changed file, stored as it is on disk; None where the file goes."""
    wanted = {decode(change.path): change.new for change in changes}
    with private(scratch) as own:
        checkout.materialise(git, tree, checkout.on_side(changes, "after"), own / "files", own)
        return {path: entry and _stored(git, locate(own / "files", path), entry) for path, entry in wanted.items()}


def _stored(git: Git, file: Path, entry: Entry) -> Entry:
    found = files.look_at(git, file)
    if found is None or found.oid == entry.oid:
        return entry
    return Entry(entry.mode, git.line("hash-object", "-w", "--no-filters", "--stdin", stdin=file.read_bytes()))


def _refuse(conflicts: Sequence[str]) -> None:
    if conflicts:
        raise GitError(
            "revive_conflict",
            "The candidate does not fit today's work tree.",
            why=f"Both changed the same lines, or the whole file, in: {undo.named(conflicts)}.",
            fix="autoloop diff N shows the change; open an experiment with autoloop pre and make it by hand",
        )


def _refuse_strangers(paths: Sequence[str]) -> None:
    if paths:
        raise GitError(
            "in_the_way",
            "Files stand where the candidate's must go.",
            why=f"Git does not know them (ignored, or too big for a snapshot): {undo.named(paths)}.",
            fix="Move them away, then repeat the command.",
        )
