"""The directories of the work tree that are ours to look into."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator

from autoloop.git.handle import Git
from autoloop.git.names import ours


def directories(git: Git, closed: Collection[bytes]) -> Iterator[bytes]:
    """Every directory but the root; not AutoLoop's, not other repositories', not the ``closed`` ones.

    ``closed`` are ignored directories and submodules, without a slash at the end.
    """
    top = os.fsencode(git.root)
    for directory, inner, _ in os.walk(top):
        here = directory[len(top) + 1 :]
        inner[:] = [name for name in inner if _open(_join(here, name), _join(directory, name), closed)]
        yield from (_join(here, name) for name in inner)


def contents(git: Git, directory: bytes) -> Iterator[bytes]:
    """Everything below a directory that is not a directory itself, and other repositories."""
    top = os.fsencode(git.root)
    for found, inner, names in os.walk(_join(top, directory)):
        here = found[len(top) + 1 :]
        closed = {name for name in inner if not _open(_join(here, name), _join(found, name), ())}
        inner[:] = [name for name in inner if name not in closed]
        yield from (_join(here, name) for name in (*names, *sorted(closed)))


def _open(path: bytes, full: bytes, closed: Collection[bytes]) -> bool:
    if path == b".git" or ours(path) or path in closed:
        return False
    return not os.path.islink(full) and not os.path.lexists(_join(full, b".git"))  # noqa: PTH114 - names are bytes here


def _join(directory: bytes, name: bytes) -> bytes:
    return directory + b"/" + name if directory else name
