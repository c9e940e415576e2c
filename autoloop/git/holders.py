"""Who might hold a lock file: git closes most of its locks while it holds them, so that living processes count too.

Only Linux tells (``/proc``); elsewhere nobody is seen, and the age of a lock has to do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from autoloop.git.handle import Git

_PROCESSES = Path("/proc")
# git commands that take no lock, and that pagers and editors keep alive for hours
_READERS = {
    b"blame", b"cat-file", b"credential-cache--daemon", b"daemon", b"diff", b"fsmonitor--daemon", b"grep", b"log",
    b"rev-list", b"show",
}  # fmt: skip


def has_open(file: Path) -> bool:
    """Whether a process that we may look at has the file open."""
    wanted = os.fspath(file)
    return any(wanted in _opened(process) for process in _processes())


def git_at_work(git: Git) -> bool:
    """Whether a git process that may write is at work in this repository."""
    folders = {os.path.realpath(folder) for folder in (git.root, git.git_dir, git.common_dir, git.common_dir.parent)}
    return any(_below(folder, folders) for folder in _writing())


def _writing() -> Iterator[str]:
    """The working directories of git processes that may write."""
    for process in _processes():
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            if os.path.basename(words[0]) == b"git" and not _READERS & set(words):  # noqa: PTH119 - bytes
                yield os.readlink(process / "cwd")  # noqa: PTH115 - compared as it is written


def _processes() -> list[Path]:
    """Those of this moment: any of them may be gone at the next."""
    with suppress(OSError):
        return [_PROCESSES / name for name in os.listdir(_PROCESSES) if name.isdigit()]  # noqa: PTH208 - names, cheaply
    return []


def _opened(process: Path) -> Iterator[str]:
    """What a process has open, as far as we may know; nothing when it is gone."""
    with suppress(OSError):
        for number in os.listdir(process / "fd"):  # noqa: PTH208 - likewise
            with suppress(OSError):
                yield os.readlink(process / "fd" / number)  # noqa: PTH115 - compared as it is written


def _below(folder: str, tops: set[str]) -> bool:
    return any(folder == top or folder.startswith(top + os.sep) for top in tops)
