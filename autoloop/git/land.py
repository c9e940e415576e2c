"""Landing: commits that were made without moving a branch are put on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from autoloop.errors import GitError
from autoloop.git import identity, index, keep, locks, merge, operations, picks, queries, records, refs, trees, undo
from autoloop.git.handle import Git, private
from autoloop.git.names import decode
from autoloop.git.values import Change, Entry, Head, KeepPlan, LandPlan, Mended, Remembered, Staged


def plan(git: Git, ref: str, commits: Sequence[str], scratch: Path) -> LandPlan:
    """See ``Repository.plan_land``."""
    operations.check_none(git)
    locks.check_index(git)
    head = refs.head(git)
    keep.check_on(head, ref)
    began = refs.resolve(git, f"{commits[0]}^")
    landed = tuple(commits) if head.commit == began else _rebased(git, head, commits, scratch)
    tip = landed[-1]
    changes = trees.compare(git, trees.tree_of(git, head.commit), trees.tree_of(git, tip))
    mended, staged = _index(git, changes, scratch)
    paths = tuple(change.path for change in changes)
    tree = trees.tree_of(git, tip)
    return LandPlan(KeepPlan(ref, head.commit, tip, tree, paths, mended, identity.find(git)), landed, staged)


def _rebased(git: Git, head: Head, commits: Sequence[str], scratch: Path) -> tuple[str, ...]:
    """The commits again, on top of where the branch is now; one that it holds already is the tip it was met at."""
    picked = picks.stack(git, head.commit or git.zero, [queries.pick_of(git, commit) for commit in commits], scratch)
    conflicts = sorted({path for one in picked for path in one.conflicts})
    if conflicts:
        raise GitError(
            "land_conflict",
            "The branch has moved, and the wins do not fit on it any more.",
            why=f"Both changed: {undo.named(conflicts)}.",
            fix="autoloop finalize builds a review branch of the wins on the commit that the session began at",
        )
    landed, tip = [], head.commit or git.zero
    for one in picked:
        tip = one.commit or tip
        landed.append(tip)
    return tuple(landed)


def _index(git: Git, changes: Sequence[Change], scratch: Path) -> tuple[tuple[Mended, ...], tuple[str, ...]]:
    """What becomes of the user's index; paths where other work is staged are left alone, and named."""
    present = index.read(git)
    mended, left = [], []
    for change in changes:
        old = present.get(decode(change.path))
        try:
            entry = _staged(git, change, old, scratch)
        except merge.ConflictError:
            left.append(change.path)
            continue
        mended.append(Mended(change.path, old, keep.flagged(entry, old)))
    return tuple(mended), tuple(left)


def _staged(git: Git, change: Change, old: Staged | None, scratch: Path) -> Entry | None:
    present = old.entry if old else None
    return change.new if present == change.new else merge.three_way(git, change.old, present, change.new, scratch)


def remember(git: Git, before: Remembered, plan: KeepPlan, scratch: Path) -> Remembered:
    """See ``Repository.remember_landing``."""
    began = records.Records(git, before.records).index
    moved = {decode(one.path): one for one in plan.index}
    entries = {path: one.new.entry if one.new else None for path, one in moved.items() if began.get(path) == one.old}
    head = Head(before.head.ref, plan.commit)
    with private(scratch) as own:
        index_tree = index.tree_with(git, f"{before.records}:index", entries, own)
        tree = trees.with_entry(git, before.records, "index", index_tree)
    above = trees.commit(git, tree, [], "autoloop: records of the work tree at rest\n")
    commit = trees.commit(git, before.tree, [plan.commit, above], "autoloop: the work tree at rest\n")
    return replace(before, head=head, commit=commit, records=tree)
