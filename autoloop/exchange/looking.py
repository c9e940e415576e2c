"""Looking at the work tree: what is at each path, and whose is it?"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from autoloop.exchange.records import SIDES, Content, Exchange, Side, Swap, locate, parents

Seen = Mapping[Swap, frozenset[Side]]


def survey(exchange: Exchange) -> Seen:
    """The sides that each path could show now: both when they are the same there, none when it is a stranger's."""
    here = {swap: look(exchange.top, swap.path) for swap in exchange.swaps}
    return {swap: frozenset(side for side in SIDES if swap.on(side) == content) for swap, content in here.items()}


def strangers_in(seen: Seen) -> tuple[str, ...]:
    """The paths that show neither side."""
    return tuple(swap.path for swap, sides in seen.items() if not sides)


def look(root: Path, path: str) -> Content:
    """What is at a path; below a symbolic link or a file there is nothing of ours."""
    if not all(is_directory(parent) for parent in parents(root, path)):
        return Content()
    file = locate(root, path)
    try:
        found = file.lstat()
    except FileNotFoundError:
        return Content()
    if stat.S_ISLNK(found.st_mode):
        return Content("link", digest=hashlib.blake2b(target_of(file), digest_size=16).hexdigest())
    if stat.S_ISREG(found.st_mode):
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16))
        return Content("file", bool(found.st_mode & stat.S_IXUSR), digest.hexdigest())
    return Content() if stat.S_ISDIR(found.st_mode) else Content("other")


def is_directory(path: Path) -> bool:
    """Whether it is a directory itself, not a link to one."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return stat.S_ISDIR(path.lstat().st_mode)
    return False


def target_of(link: Path) -> bytes:
    """What a symbolic link says, as it is written."""
    return os.readlink(os.fsencode(link))  # noqa: PTH115 - a Path would tidy the target up
