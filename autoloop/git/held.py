"""Files held by a reference: a second home for what the work tree may lose to ``git clean``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from autoloop.git import refs, trees
from autoloop.git.handle import Git


def hold(git: Git, ref: str, files: Mapping[str, Path]) -> None:
    """Point ``ref`` at a tree of these files, by the names they are to have there."""
    made = {
        name: ("blob", git.line("hash-object", "-w", "--no-filters", "--", os.fspath(file)))
        for name, file in files.items()
    }
    refs.anchor(git, {ref: trees.make(git, made)})


def size(git: Git, ref: str, name: str) -> int:
    """Bytes of a held file, 0 when there is none."""
    return int(git.line("cat-file", "-s", f"{ref}:{name}", ok=(0, 128)) or 0)


def read(git: Git, ref: str, name: str) -> bytes | None:
    """A held file, None when there is none."""
    answer = git.ask("cat-file", "blob", f"{ref}:{name}", ok=(0, 128))
    return None if answer.code else answer.out
