"""Hooks that an ordinary commit would run. Plumbing runs none; a keep can be rehearsed with them on a copy."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from autoloop.git import worktrees
from autoloop.git.handle import Git
from autoloop.git.values import KeepPlan

_OF_A_COMMIT = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit")


class Rehearsal(msgspec.Struct, frozen=True):
    """A work tree that is as if ``git commit`` had just been typed.

    Attributes:
        where: its directory: HEAD is where the branch is, index and files are what is to be committed.
        message: the file with the message, in its git directory.
    """

    where: Path
    message: Path


def present(git: Git) -> tuple[str, ...]:
    """Names of the commit hooks that are installed."""
    return tuple(name for name in _OF_A_COMMIT if find(git, name))


def find(git: Git, name: str) -> Path | None:
    """The hook of that name, when it is installed and may be run."""
    configured = git.user_config("core.hookspath")
    folder = git.root / Path(configured).expanduser() if configured else git.common_dir / "hooks"
    hook = folder / name
    return hook if os.access(hook, os.X_OK) and hook.is_file() else None


def rehearse(git: Git, plan: KeepPlan, message: str, where: Path) -> Rehearsal:
    """See ``Repository.rehearse``."""
    worktrees.add(git, where, plan.commit)
    if plan.base:
        git.run("update-ref", "--no-deref", "HEAD", plan.base, cwd=where)
    file = where / git.line("rev-parse", "--git-path", "COMMIT_EDITMSG", cwd=where)
    file.write_text(message, encoding="utf-8")
    return Rehearsal(where, file)
