"""Planning a discard: what is on disk, what belongs there, and what stands in the way."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from autoloop.errors import GitError
from autoloop.git import (
    checkout,
    conversion,
    files,
    index,
    locks,
    operations,
    place,
    refs,
    remember,
    snapshot,
    trees,
    walk,
)
from autoloop.git.handle import Git, private
from autoloop.git.names import decode, encode, locate, parents
from autoloop.git.records import Facts, Records
from autoloop.git.values import SYMLINK, Change, DiscardPlan, Entry, Head, Mended, Remembered, Restored

_TRASH = "autoloop: the work tree before a discard\n"
_BYTES = "autoloop: bytes on disk before and after a discard\n"
_NAMED = 10


class Undo(msgspec.Struct, frozen=True):
    """What to undo: ``changes`` since ``before``, last seen as ``seen``; what is there now goes to ``trash_ref``."""

    before: Remembered
    seen: str
    changes: Sequence[Change]
    trash_ref: str
    max_file_bytes: int


def plan(git: Git, undo: Undo, scratch: Path) -> DiscardPlan:
    """See ``Repository.plan_discard``."""
    operations.check_none(git)
    locks.check_index(git)
    _check_head(git, undo)
    place.sweep(scratch)
    taken = snapshot.take(git, scratch, undo.before, undo.max_file_bytes)
    _check_submodules(git, undo, taken.tree)
    records = Records(git, undo.before.records)
    facts = records.facts
    changes = [change for change in undo.changes if not change.is_gitlink]
    present = present_at(git, changes)
    wanted = _wanted(git, undo.before.tree, changes, records, facts, scratch)
    check_way(git, present, wanted)
    own = Path(tempfile.mkdtemp(prefix=place.PREFIX, dir=scratch))
    restored = _restored(undo.changes, present, wanted, facts, records.index)
    trash = _anchor(git, undo, taken.tree, restored, own)
    made = DiscardPlan(
        own.name,
        undo.trash_ref,
        trash,
        restored,
        *_directories(git, undo, records),
        edited=_edited(git, undo, taken.tree),
        index=_strayed(git, undo, records.index),
    )
    place.prepare(git, made, scratch)
    return made


def _check_head(git: Git, undo: Undo) -> None:
    """Restored files must fit the commit they are compared with."""
    began, now = undo.before.head, refs.head(git)
    if began.commit == now.commit:
        return
    moved = {one.path for one in trees.compare(git, trees.tree_of(git, began.commit), trees.tree_of(git, now.commit))}
    mixed = sorted(moved & {change.path for change in undo.changes})
    if mixed:
        raise GitError(
            "head_moved",
            "HEAD has other versions of these files than when the experiment began.",
            why=f"A commit or a switch of branches since then touches: {named(mixed)}.",
            fix=_back(began, now),
        )


def _back(began: Head, now: Head) -> str:
    if began.ref != now.ref:
        return f"git switch {(began.ref or '--detach ' + str(began.commit)).removeprefix('refs/heads/')}"
    return refs.way_back(began)


def _check_submodules(git: Git, undo: Undo, present: str) -> None:
    now = {change.path: change.new for change in trees.compare(git, undo.before.tree, present)}
    moved = [one for one in undo.changes if one.is_gitlink and one.path in now]
    if moved:
        ways = [f"git -C '{one.path}' checkout {one.old_oid}" for one in moved if one.old_mode and one.new_mode]
        raise GitError(
            "submodule_changed",
            "The experiment changed submodules, and AutoLoop never touches what is inside of them.",
            why=f"Changed: {named([one.path for one in moved])}.",
            fix="; ".join(ways)
            or "git submodule update --init for a removed one, or move an added one out of the way.",
        )


def present_at(git: Git, changes: Iterable[Change]) -> dict[bytes, Entry | None]:
    """The files that are on disk at the changed paths; a directory is none."""
    found = {decode(change.path): files.look(git, decode(change.path)) for change in changes}
    return {path: None if entry and entry.mode == files.DIRECTORY else entry for path, entry in found.items()}


def _wanted(
    git: Git, tree: str, changes: Iterable[Change], records: Records, facts: Facts, scratch: Path
) -> dict[bytes, Entry | None]:
    raw = records.raw()
    wanted = {decode(change.path): change.old for change in changes}
    smudged = [path for path, entry in wanted.items() if entry is not None and encode(path) in set(facts.smudged)]
    with private(scratch) as own:
        checkout.materialise(git, tree, smudged, own / "files", own)
        for path in smudged:
            raw[path] = git.line("hash-object", "-w", "--stdin", stdin=locate(own / "files", path).read_bytes())
    return {path: entry and Entry(entry.mode, raw.get(path, entry.oid)) for path, entry in wanted.items()}


def check_way(git: Git, present: Mapping[bytes, Entry | None], wanted: Mapping[bytes, Entry | None]) -> None:
    """Raise ``in_the_way`` where files that do not move stand in the place of wanted ones."""
    moving = {path for path, entry in present.items() if entry is not None}
    stuck = {other for path, entry in wanted.items() if entry is not None for other in _in_the_way(git, path, moving)}
    if stuck:
        raise GitError(
            "in_the_way",
            "Files stand where others must be put.",
            why=f"They are not part of the experiment: {named([encode(path) for path in sorted(stuck)])}.",
            fix="Move them away, then repeat the command.",
        )


def _in_the_way(git: Git, path: bytes, moving: set[bytes]) -> list[bytes]:
    blocked = [above for above in parents(path) if not _passable(locate(git.root, above))]
    if blocked:
        return [] if blocked[0] in moving else blocked[:1]
    file = locate(git.root, path)
    if file.is_symlink() or not file.is_dir():
        return []
    inside = (name for name in walk.contents(git, path) if name not in moving)
    return [name for name, _ in zip(inside, range(_NAMED), strict=False)]


def _passable(directory: Path) -> bool:
    return not os.path.lexists(directory) or (directory.is_dir() and not directory.is_symlink())


def _restored(
    changes: Iterable[Change],
    present: Mapping[bytes, Entry | None],
    wanted: Mapping[bytes, Entry | None],
    facts: Facts,
    began: index.Index,
) -> tuple[Restored, ...]:
    found = []
    for number, change in enumerate(changes):
        path = decode(change.path)
        bits = facts.permissions.get(change.path)
        one = Restored(change.path, number, present.get(path), wanted.get(path), bits, began.get(path))
        found.append(one)
    return tuple(found)


def _anchor(git: Git, undo: Undo, tree: str, restored: Iterable[Restored], own: Path) -> str:
    """Everything on disk and everything to be restored becomes reachable from one reference."""
    stored = {decode(change.path): change.new for change in trees.compare(git, undo.before.tree, tree)}
    entries: dict[bytes, Entry | None] = {}
    for one in restored:
        path = decode(one.path)
        if one.wanted is not None:
            entries[b"wanted/" + path] = one.wanted
        if one.present is not None and one.present.oid and one.present != stored.get(path):
            if one.present.mode != SYMLINK:
                conversion.store(git, [path])
            entries[b"present/" + path] = one.present
    raw = trees.commit(git, index.tree_with(git, None, entries, own), [], _BYTES)
    head = refs.head(git).commit
    trash = trees.commit(git, tree, [head, raw] if head else [raw], _TRASH)
    refs.anchor(git, {undo.trash_ref: trash})
    return trash


def _edited(git: Git, undo: Undo, present: str) -> tuple[str, ...]:
    """Paths whose content is not what was last seen."""
    ours = {change.path for change in undo.changes}
    return tuple(change.path for change in trees.compare(git, undo.seen, present) if change.path in ours)


def _strayed(git: Git, undo: Undo, began: index.Index) -> tuple[Mended, ...]:
    """Index entries of other files; after a commit by hand nobody can tell who moved them."""
    if undo.before.head != refs.head(git):
        return ()
    present = index.read(git)
    changed = {decode(change.path) for change in undo.changes}
    moved = index.strayed(git, undo.before.tree, began, present)
    return tuple(Mended(encode(path), present.get(path), old) for path, old in moved.items() if path not in changed)


def _directories(git: Git, undo: Undo, records: Records) -> tuple[tuple[str, ...], tuple[tuple[str, int], ...]]:
    """Directories to remove, the deepest first, and empty ones to make again, the outermost first."""
    held = trees.read(git, undo.before.tree)
    facts = records.facts
    began = {decode(path) for path in facts.directories}
    now = set(walk.directories(git, remember.closed(held, records.ignored())))
    filled = {above for path in held for above in parents(path)}
    usual = files.USUAL[files.DIRECTORY]
    needed = {above for change in undo.changes if change.old is not None for above in parents(decode(change.path))}
    remove = sorted(now - began, key=lambda path: -path.count(b"/"))
    gone = sorted((began - now) & (needed | (began - filled)))
    make = [(encode(path), facts.permissions.get(encode(path), usual)) for path in gone]
    return tuple(encode(path) for path in remove), tuple(make)


def named(paths: Sequence[str]) -> str:
    """The first few of these paths, and how many more there are."""
    more = len(paths) - _NAMED
    return ", ".join(paths[:_NAMED]) + (f" and {more} more" if more > 0 else "")
