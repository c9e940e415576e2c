"""Keeping an experiment: a commit of its own delta, and nothing else of the user's moved.

The commit's tree is HEAD's with the delta applied path by path. Where the user has uncommitted edits in the same file,
a three-way merge (base: the file before the experiment, theirs: after it, ours: HEAD's) takes only the experiment's
part; the same merge against the user's staged file says what becomes of the index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from autoloop.errors import GitError
from autoloop.git import identity, index, locks, merge, operations, refs, trees
from autoloop.git.handle import Git, private
from autoloop.git.names import decode, encode, ours
from autoloop.git.records import Records
from autoloop.git.values import Change, Entry, Head, KeepPlan, KeepState, Mended, Remembered, Staged

_Entries = Mapping[bytes, Entry | None]
_DETACHED = "HEAD"
_REASON = "autoloop keep: "
_UNTRACKED = "They hold work of yours that was never committed, in the same lines or the whole file."


class Candidate(msgspec.Struct, frozen=True):
    """What is to be kept: ``changes`` of those from ``before`` to ``after``.

    With ``onto`` the commit is built on that one, and neither branch nor index is to be moved.
    """

    before: Remembered
    after: str
    changes: Sequence[Change]
    message: str
    onto: str | None = None


def plan(git: Git, candidate: Candidate, scratch: Path) -> KeepPlan:
    """See ``Repository.plan_keep``."""
    head = _head(git, candidate.before)
    operations.check_none(git)
    _check_changes(git, candidate)
    base = candidate.onto or head.commit
    base_tree = trees.tree_of(git, base)
    differs = _differs(git, candidate.before.tree, base_tree)
    merged = merge.onto(git, candidate.changes, differs, scratch)
    _refuse(merged.conflicts)
    tree = index.tree_with(git, base_tree, merged.entries, scratch)
    written = trees.compare(git, base_tree, tree)
    _check_only(written, merged.entries)
    if not written:
        raise _nothing_to_keep(candidate.before.head)
    mended = () if candidate.onto else _index(git, candidate, differs, merged.entries, scratch)
    author = identity.find(git)
    signed = git.flag("commit.gpgsign")
    commit = trees.commit(
        git,
        tree,
        [base] if base else [],
        candidate.message,
        env=identity.environment(git, author),
        sign=signed,
    )
    paths = tuple(change.path for change in written)
    return KeepPlan(head.ref or _DETACHED, base, commit, tree, paths, mended, author, signed)


def apply(git: Git, plan: KeepPlan, scratch: Path) -> tuple[str, ...]:
    """See ``Repository.apply_keep``."""
    locks.recover(git)
    found = state(git, plan)
    if found == "untouched":
        locks.check_index(git)
        if not refs.swap(git, plan.ref, plan.commit, plan.base or git.zero, _REASON + subject(git, plan.commit)):
            found = "overtaken"
    if found == "overtaken":
        raise _moved(plan.ref)
    refs.settle(git, plan.ref, plan.commit)
    left = () if found == "done" else mend(git, plan.index, scratch)
    refs.flush(git)
    return left


def state(git: Git, plan: KeepPlan) -> KeepState:
    """See ``Repository.keep_state``."""
    head = refs.head(git)
    tip = refs.resolve(git, plan.ref)
    if tip == plan.base:
        return "untouched" if (head.ref or _DETACHED) == plan.ref else "overtaken"
    if tip is None or not refs.is_ancestor(git, plan.commit, tip):
        return "overtaken"
    if tip != plan.commit or (head.ref or _DETACHED) != plan.ref:
        return "done"
    present = index.read(git)
    return "partial" if _pending(plan.index, present) else "done"


def mend(git: Git, entries: Sequence[Mended], scratch: Path) -> tuple[str, ...]:
    """Move these entries of the user's index; the answer is those that the user has changed, which are left alone."""
    present = index.read(git)
    if pending := _pending(entries, present):
        index.mend(git, pending, scratch)
    return tuple(one.path for one in entries if not _same(present.get(decode(one.path)), one.old, one.new))


def _pending(entries: Sequence[Mended], present: index.Index) -> dict[bytes, Staged | None]:
    """Entries that still are what they were when the plan was made; what the user staged since is the user's."""
    named = ((decode(one.path), one) for one in entries)
    return {path: one.new for path, one in named if one.new != one.old and present.get(path) == one.old}


def _same(present: Staged | None, *wanted: Staged | None) -> bool:
    return present in wanted


def _head(git: Git, before: Remembered) -> Head:
    head, began = refs.head(git), before.head
    check_on(head, began.ref or _DETACHED)
    if head.commit not in {None, began.commit} and began.commit and refs.is_ancestor(git, head.commit, began.commit):
        raise GitError(
            "head_moved",
            "HEAD was set back since the experiment began.",
            why=f"It does not hold {began.commit[:12]} any more, and a commit on top of it would leave that behind.",
            fix=f"{refs.way_back(began)}, then repeat the command; or discard the experiment.",
        )
    return head


def check_on(head: Head, ref: str) -> None:
    """Raise ``head_moved`` when another branch is checked out than ``ref`` (``HEAD``: none)."""
    if (head.ref or _DETACHED) != ref:
        raise _moved(ref)


def _moved(ref: str) -> GitError:
    name = ref.removeprefix("refs/heads/")
    how = f"git switch {name}" if ref != _DETACHED else "git switch --detach to the commit the experiment began at"
    return GitError(
        "head_moved",
        "HEAD is not where the experiment left it.",
        why=f"The experiment belongs to {name}.",
        fix=f"{how}, then repeat the command.",
    )


def subject(git: Git, commit: str) -> str:
    """The first line of a commit's message."""
    return git.run("log", "-1", "--format=%s", commit).decode(errors="replace").strip()


def _nothing_to_keep(began: Head) -> GitError:
    return GitError(
        "nothing_to_keep",
        "HEAD already holds these changes.",
        why="They were committed by hand, or they change only files that git does not commit.",
        fix=f"To let AutoLoop commit them: {refs.way_back(began)}; or discard the experiment.",
    )


def _check_changes(git: Git, candidate: Candidate) -> None:
    """Changes of another measurement, or of our own directory, are a mistake in this program."""
    known = set(trees.compare(git, candidate.before.tree, candidate.after))
    stray = [one.path for one in candidate.changes if one not in known or ours(decode(one.path))]
    if stray:
        raise ValueError(f"not part of the experiment: {stray}")


def _differs(git: Git, before: str, other: str) -> dict[bytes, Entry | None]:
    return {decode(change.path): change.new for change in trees.compare(git, before, other)}


def _refuse(conflicts: Sequence[bytes]) -> None:
    if not conflicts:
        return
    names = ", ".join(encode(path) for path in conflicts)
    raise GitError(
        "keep_conflict",
        f"The experiment cannot be told apart from your own edits in: {names}.",
        why=_UNTRACKED,
        fix="Commit your version of these files as it was before the experiment, or discard the experiment.",
    )


def _check_only(written: Sequence[Change], wanted: _Entries) -> None:
    """A file that takes a directory's place would carry away files the experiment does not own."""
    _refuse([path for change in written if (path := decode(change.path)) not in wanted])


def _index(git: Git, candidate: Candidate, differs: _Entries, committed: _Entries, scratch: Path) -> tuple[Mended, ...]:
    """What becomes of the user's index at the changed paths."""
    locks.check_index(git)
    in_head = {decode(change.path): differs.get(decode(change.path), change.old) for change in candidate.changes}
    present = index.read(git)
    began = Records(git, candidate.before.records).index
    mended = []
    conflicts = []
    for change in candidate.changes:
        path = decode(change.path)
        old = present.get(path)
        try:
            entry = _staged(git, change, _Sides(began.get(path), old, in_head[path], committed[path]), scratch)
        except merge.ConflictError:
            conflicts.append(path)
            continue
        mended.append(Mended(change.path, old, flagged(entry, old or began.get(path))))
    _refuse(conflicts)
    mended += _strayed(git, candidate, began, present, {one.path for one in candidate.changes})
    _check_index(git, mended, present, scratch)
    return tuple(mended)


def _strayed(
    git: Git, candidate: Candidate, began: index.Index, present: index.Index, changed: set[str]
) -> list[Mended]:
    """Entries of other files that the experiment staged or unstaged; after a commit by hand nobody can tell."""
    if candidate.before.head != refs.head(git):
        return []
    moved = index.strayed(git, candidate.before.tree, began, present)
    return [Mended(encode(path), present.get(path), old) for path, old in moved.items() if encode(path) not in changed]


class _Sides(msgspec.Struct, frozen=True):
    """One path in the index as the experiment began, in the index now, in HEAD and in the new commit."""

    began: Staged | None
    present: Staged | None
    head: Entry | None
    committed: Entry | None


def _staged(git: Git, change: Change, sides: _Sides, scratch: Path) -> Entry | None:
    """The staged file: the commit's, unless the user had staged something else when the experiment began.

    What was staged since then is the experiment's, or is in the file anyway.
    """
    began = sides.began.entry if sides.began else None
    present = sides.present.entry if sides.present else None
    if sides.head in (began, present):
        return sides.committed
    return merge.three_way(git, change.old, began, change.new, scratch)


def flagged(entry: Entry | None, like: Staged | None) -> Staged | None:
    """An index entry with the flags that the one before it had."""
    if entry is None:
        return None
    if like is None:
        return Staged(entry.mode, entry.oid)
    return Staged(entry.mode, entry.oid, assume_unchanged=like.assume_unchanged, skip_worktree=like.skip_worktree)


def _check_index(git: Git, mended: Sequence[Mended], present: index.Index, scratch: Path) -> None:
    """Try it on a copy: no entry of another path may go when a file takes a directory's place."""
    with private(scratch) as own:
        index.copy(git, own / "index")
        wanted = {decode(one.path): one.new for one in mended}
        index.put(git, own / "index", wanted)
        there = index.read(git, own / "index")
    _refuse([path for path in present if path not in there and path not in wanted])
