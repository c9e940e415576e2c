"""Operations that git has begun and not finished, and whether git may write at all."""

from __future__ import annotations

import tempfile
from pathlib import Path

from autoloop.errors import GitError
from autoloop.git.handle import Git

# file in the git directory, name of the operation, how to get out of it; the first that is there is meant
_MARKS = (
    ("rebase-merge", "rebase", "git rebase --continue or git rebase --abort"),
    ("rebase-apply/applying", "am", "git am --continue or git am --abort"),
    ("rebase-apply", "rebase", "git rebase --continue or git rebase --abort"),
    ("MERGE_HEAD", "merge", "git merge --continue or git merge --abort"),
    ("CHERRY_PICK_HEAD", "cherry-pick", "git cherry-pick --continue or git cherry-pick --abort"),
    ("REVERT_HEAD", "revert", "git revert --continue or git revert --abort"),
    ("sequencer", "cherry-pick or revert", "git cherry-pick --quit"),
    ("BISECT_LOG", "bisect", "git bisect reset"),
)
_UNMERGED = "unmerged index"


def in_progress(git: Git) -> str | None:
    """The operation in progress, None when there is none."""
    found = next((name for mark, name, _ in _MARKS if (git.git_dir / mark).exists()), None)
    if found is None and git.run("ls-files", "-u", "-z"):
        return _UNMERGED
    return found


def leave(git: Git) -> str | None:
    """Have git forget what it is in the middle of; answers what that was. Files, index and HEAD stay as they are.

    A bisect stays: git ends one only by checking something out.
    """
    found = in_progress(git)
    for mark, name, _ in _MARKS:
        if name != "bisect" and (git.git_dir / mark).exists():
            git.run(name.split()[0], "--quit")
    return found


def check_none(git: Git) -> None:
    """Raise ``operation_in_progress`` when there is one."""
    found = in_progress(git)
    if found is None:
        return
    way_out = next(
        (way for _, name, way in _MARKS if name == found), "git status shows the paths; resolve and git add them"
    )
    raise GitError(
        "operation_in_progress",
        f"Git is in the middle of something: {found}.",
        why="Commits and files belong to that operation until it ends.",
        fix=way_out,
    )


def writable(git: Git) -> bool:
    """Whether files can be made in the git directory, among the objects and among the references: tried for real."""
    folders = {git.git_dir, git.common_dir / "objects", git.common_dir / "refs"}
    return all(_takes_files(folder) for folder in folders)


def _takes_files(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):  # without a name, where the system can: death leaves no litter
            return True
    except OSError:
        return False
