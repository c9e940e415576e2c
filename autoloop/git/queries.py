"""Questions about commits and trees that plans and checks ask."""

from __future__ import annotations

import os
from collections.abc import Collection

from autoloop.git import blobs, trees
from autoloop.git.handle import Git
from autoloop.git.names import decode, encode
from autoloop.git.values import SYMLINK, Identity, Pick

_FIELDS = "%an%x00%ae%x00%ad%x00%cd%x00%P%x00%B"


def files_of(git: Git, tree: str) -> tuple[str, ...]:
    """Every path in a tree."""
    return tuple(encode(path) for path in trees.read(git, tree)) if tree else ()


def contents_of(git: Git, tree: str, paths: Collection[str]) -> dict[str, bytes]:
    """The bytes of those of ``paths`` that a tree holds."""
    held = trees.read(git, tree) if tree and paths else {}
    oids = {path: held[decode(path)].oid for path in paths if decode(path) in held}
    found = blobs.read(git, sorted(set(oids.values())))
    return {path: found[oid] for path, oid in oids.items()}


def links_of(git: Git, tree: str) -> dict[str, str]:
    """Symbolic links of a tree, and the path in the tree that each points to, without those that lead out of it."""
    held = trees.read(git, tree) if tree else {}
    links = [encode(path) for path, entry in held.items() if entry.mode == SYMLINK]
    found = {}
    for path, target in contents_of(git, tree, links).items():
        joined = os.path.normpath(os.path.join(os.path.dirname(decode(path)), target))  # noqa: PTH118, PTH120 - bytes
        if not joined.startswith((b"../", b"/")):
            found[path] = encode(joined)
    return found


def tracked(git: Git, path: str) -> bool:
    """Whether the user's index holds ``path``."""
    return bool(git.run("ls-files", "-z", "--", os.fsdecode(decode(path))))


def pick_of(git: Git, commit: str) -> Pick:
    """A commit as a win to be put elsewhere: its difference to its first parent, its message, author and dates."""
    shown = git.run("show", "-s", "--date=raw", f"--format={_FIELDS}", commit, "--").decode(errors="replace")
    name, email, authored, committed, parents, message = shown.split("\0", 5)
    before = parents.split()[0] if parents.split() else git.zero
    return Pick(before, commit, message.rstrip("\n") + "\n", Identity(name, email), authored, committed)
