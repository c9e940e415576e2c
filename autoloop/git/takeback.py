"""Taking back a keep or a discard: the journalled plan the other way round."""

from __future__ import annotations

import tempfile
from pathlib import Path

from msgspec.structs import replace

from autoloop.errors import GitError
from autoloop.git import files, index, keep, locks, operations, place, refs, undo
from autoloop.git.handle import Git
from autoloop.git.names import decode
from autoloop.git.values import DiscardPlan, Entry, KeepPlan, Restored

_REASON = "autoloop undo: "


def check_keep(git: Git, plan: KeepPlan) -> None:
    """See ``Repository.check_unkeep``."""
    operations.check_none(git)
    locks.check_index(git)
    head = refs.head(git)
    keep.check_on(head, plan.ref)
    if plan.base is None:
        raise GitError(
            "first_commit",
            "The branch had no commit before this one, so there is nothing to go back to.",
            fix=f"git revert {plan.commit}",
        )
    if head.commit not in {plan.commit, plan.base}:
        raise _moved(plan)


def take_back_keep(git: Git, plan: KeepPlan, scratch: Path) -> tuple[str, ...]:
    """See ``Repository.take_back_keep``."""
    locks.recover(git)
    head = refs.head(git)
    keep.check_on(head, plan.ref)
    if head.commit == plan.commit:
        locks.check_index(git)
        reason = _REASON + keep.subject(git, plan.commit)
        if not refs.swap(git, plan.ref, plan.base or git.zero, plan.commit, reason):
            raise _moved(plan)
    elif refs.is_ancestor(git, plan.commit, head.commit or plan.commit):
        raise _moved(plan)
    refs.settle(git, plan.ref, plan.base or git.zero)
    left = keep.mend(git, tuple(replace(one, old=one.new, new=one.old) for one in plan.index), scratch)
    refs.flush(git)
    return left


def _moved(plan: KeepPlan) -> GitError:
    return GitError(
        "branch_moved",
        "The branch has moved since the keep; taking it back would take other commits along.",
        why=f"It is no longer at {plan.commit[:10]}.",
        fix=f"git revert {plan.commit[:10]}",
    )


def plan_discard(git: Git, plan: DiscardPlan, ref: str, scratch: Path) -> DiscardPlan:
    """See ``Repository.plan_undiscard``."""
    operations.check_none(git)
    locks.check_index(git)
    place.sweep(scratch)
    there = [one for one in plan.files if one.present != one.wanted and _has_bytes(one.present)]
    edited = [one.path for one in there if not _as_left(files.look(git, decode(one.path)), one.wanted)]
    if edited:
        raise GitError(
            "edited_since",
            "Files of the experiment were edited after it was discarded.",
            why=f"Yours would be written over: {undo.named(edited)}.",
            fix="autoloop revive N, which merges; or move your edits away, then repeat the command",
        )
    wanted = {decode(one.path): one.present for one in there}
    undo.check_way(git, {decode(one.path): one.wanted for one in there}, wanted)
    present = index.read(git)
    made = DiscardPlan(
        Path(tempfile.mkdtemp(prefix=place.PREFIX, dir=scratch)).name,
        ref,
        plan.trash,
        tuple(
            Restored(one.path, one.number, one.wanted, one.present, None, present.get(decode(one.path)))
            for one in there
        ),
        remove_directories=tuple(path for path, _ in reversed(plan.make_directories)),
        make_directories=tuple((path, files.USUAL[files.DIRECTORY]) for path in reversed(plan.remove_directories)),
    )
    place.prepare(git, made, scratch)
    return made


def _as_left(found: Entry | None, wanted: Entry | None) -> bool:
    """Whether a discard left it so; a directory stands where it put the files below one back."""
    return files.same_bytes(found, wanted) or (wanted is None and found is not None and found.mode == files.DIRECTORY)


def _has_bytes(entry: Entry | None) -> bool:
    """Whether it is nothing, a file or a link: what else stood there (a socket, a pipe) was nobody's to store."""
    return entry is None or bool(entry.oid)
