"""A second work tree of AutoLoop's own, for measuring a reference beside the candidate."""

from __future__ import annotations

import os
from pathlib import Path
from shutil import rmtree

from autoloop.git.handle import Git


def add(git: Git, path: Path, commit: str) -> None:
    """Check ``commit`` out at ``path``, detached; what a crash left there goes first."""
    remove(git, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # git prunes what it cannot find any more; ours may be on its way
    git.run("worktree", "add", "--force", "--detach", path.name, commit, cwd=path.parent)


def remove(git: Git, path: Path) -> None:
    """Remove a work tree and git's notes about it, whatever state a crash left them in."""
    for notes in _notes(git, path):
        rmtree(notes, ignore_errors=True)
    rmtree(path, ignore_errors=True)


def _notes(git: Git, path: Path) -> list[Path]:
    """Git's directories about that work tree: their ``gitdir`` names it, or a crash left them without one."""
    mark = os.path.realpath(path / ".git")
    return [
        notes
        for notes in (git.common_dir / "worktrees").glob("*")
        if _named(notes / "gitdir") == mark or (notes.name == path.name and not (notes / "gitdir").exists())
    ]


def _named(file: Path) -> str | None:
    try:
        return os.path.realpath(os.fsdecode(file.read_bytes()).strip())
    except OSError:
        return None
