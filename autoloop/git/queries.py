"""Questions about commits and trees that plans and checks ask."""

from __future__ import annotations

import os

from autoloop.git import trees
from autoloop.git.handle import Git
from autoloop.git.names import decode, encode
from autoloop.git.values import Identity, Pick

_FIELDS = "%an%x00%ae%x00%ad%x00%cd%x00%P%x00%B"


def files_of(git: Git, tree: str) -> tuple[str, ...]:
    """Every path in a tree."""
    return tuple(encode(path) for path in trees.read(git, tree)) if tree else ()


def tracked(git: Git, path: str) -> bool:
    """Whether the user's index holds ``path``."""
    return bool(git.run("ls-files", "-z", "--", os.fsdecode(decode(path))))


def pick_of(git: Git, commit: str) -> Pick:
    """A commit as a win to be put elsewhere: its difference to its first parent, its message, author and dates."""
    shown = git.run("show", "-s", "--date=raw", f"--format={_FIELDS}", commit, "--").decode(errors="replace")
    name, email, authored, committed, parents, message = shown.split("\0", 5)
    before = parents.split()[0] if parents.split() else git.zero
    return Pick(before, commit, message.rstrip("\n") + "\n", Identity(name, email), authored, committed)
