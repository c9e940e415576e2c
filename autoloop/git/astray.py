"""Somebody moved HEAD or the branch who should not have: both go back, and what was committed stays reachable.

A merge, rebase or the like that was begun meanwhile is forgotten, with the conflicts that it has left in the index.
The files in the work tree are left as they are: they are the caller's to judge.
"""

from __future__ import annotations

from pathlib import Path

from autoloop.errors import GitError
from autoloop.git import index, operations, refs, trees
from autoloop.git.handle import Git
from autoloop.git.names import decode
from autoloop.git.values import Astray, Entry, Head, Staged

_REASON = "autoloop: back to where the experiment began"


def bring_back(git: Git, began: Head, keep_as: str, scratch: Path) -> Astray | None:
    """Bring HEAD and its branch back to ``began``; None when they are there and nothing is in progress.

    Args:
        git: the repository.
        began: where they were.
        keep_as: reference that holds the commit which HEAD was found at.
        scratch: for a private index.

    Raises:
        GitError: ``head_moved`` when the branch moved again meanwhile.
    """
    operation = operations.leave(git)
    found = refs.head(git)
    if found == began and operation is None:
        return None
    if found.commit is not None:
        refs.anchor(git, {keep_as: found.commit})
    ahead = bool(began.commit and found.commit and refs.is_ancestor(git, began.commit, found.commit))
    if began.ref is not None:
        git.run("symbolic-ref", "-m", _REASON, "HEAD", began.ref)
    _move(git, began)
    _unstage(git, found, began, scratch)
    return Astray(found, ahead, operation)


def _move(git: Git, began: Head) -> None:
    """The branch, or a detached HEAD, back to its commit."""
    name = began.ref or "HEAD"
    at = refs.resolve(git, name)
    if at == began.commit:
        return
    if began.commit is None:
        refs.drop(git, [name])
    elif began.ref is None:
        git.run("update-ref", "--no-deref", "-m", _REASON, "HEAD", began.commit)
    elif not refs.swap(git, name, began.commit, at or git.zero, _REASON):
        raise GitError("head_moved", f"{name} is moving while it is brought back.", fix="autoloop resume")


def _unstage(git: Git, found: Head, began: Head, scratch: Path) -> None:
    """Index entries that are only there because of the other commit become those of the former one; so do conflicts."""
    present = index.read(git)
    tree = trees.tree_of(git, began.commit)
    entries: dict[bytes, Staged | None] = {}
    for path in index.unmerged(git):
        ours = trees.read(git, tree).get(path)
        entries[path] = Staged(ours.mode, ours.oid) if ours else None
    for change in trees.compare(git, tree, trees.tree_of(git, found.commit)):
        path = decode(change.path)
        staged = present.get(path)
        theirs = Entry(change.new_mode, change.new_oid) if change.new_mode and change.new_oid else None
        if path not in entries and (staged.entry if staged else None) == theirs:
            entries[path] = Staged(change.old_mode, change.old_oid) if change.old_mode and change.old_oid else None
    if entries:
        index.mend(git, entries, scratch)
