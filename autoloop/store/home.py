"""The directory ``.autoloop/`` itself: that it is a real directory, that it is ours, and names for backups in it."""

from __future__ import annotations

import os
import re
import stat
import time
from pathlib import Path

from autoloop.errors import StateError
from autoloop.paths import Layout
from autoloop.store.files import Io, read
from autoloop.store.trouble import from_os, wrong_kind

_ORIGINAL = ("experiments.jsonl", "last_eval.json")
_ORIGINAL_CONFIG = re.compile(rb"^\s*\[metric\]", re.MULTILINE)
_OUR_CONFIG = re.compile(rb"^\s*schema_version\s*=", re.MULTILINE)


def check_directory(path: Path) -> bool:
    """Whether ``path`` is there.

    Raises:
        StateError: it is there and is no real directory, or cannot be looked at.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    except OSError as error:
        raise from_os(error, path, "read") from error
    if not stat.S_ISDIR(mode):
        raise wrong_kind(path, mode, "a directory")
    return True


def make_directory(io: Io, directory: Path) -> None:
    """Make a directory and its missing parents, durably.

    Raises:
        StateError: one of them is a link or a file, or the system refused.
    """
    missing: list[Path] = []
    while not check_directory(directory):
        missing.append(directory)
        directory = directory.parent
    try:
        for each in reversed(missing):
            io.mkdir(each)
            io.sync_directory(each.parent)
    except OSError as error:
        raise from_os(error, directory, "written") from error


def is_there(path: Path) -> bool:
    """Whether there is anything at ``path``, of whatever kind.

    Raises:
        StateError: it cannot be told.
    """
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise from_os(error, path, "read") from error
    return True


def has_state(layout: Layout) -> bool:
    """Whether a journal or a state file is there, in whatever condition."""
    return check_directory(layout.home) and (is_there(layout.journal) or is_there(layout.state))


def foreign(layout: Layout) -> str | None:
    """What is in ``.autoloop/`` when it is not ours: a description, or None when it is ours, empty or missing."""
    if not check_directory(layout.home) or is_there(layout.journal):
        return None
    try:
        names = sorted(path.name for path in layout.home.iterdir())
    except OSError as error:
        raise from_os(error, layout.home, "read") from error
    if layout.state.name in names and not _is_our_state(layout):
        return "a state.json of another program"
    ours = {path.name for path in vars(layout).values()}
    others = [name for name in names if name not in ours and not name.startswith(".")]
    if not others or layout.config.name in names or layout.state.name in names:
        return None
    return f"files of another program ({', '.join(others[:3])})"


def original(layout: Layout) -> str | None:
    """What in ``.autoloop/`` was made by the original tool of this name; None when there is no such thing.

    Its history is ``experiments.jsonl``, and its configuration has a ``[metric]`` table and no ``schema_version``.
    """
    if not check_directory(layout.home) or is_there(layout.journal):
        return None
    found = [name for name in _ORIGINAL if is_there(layout.home / name)]
    config = read(layout.config) or b""
    if _ORIGINAL_CONFIG.search(config) and not _OUR_CONFIG.search(config):
        found.append(f"{layout.config.name} with a [metric] table")
    return ", ".join(found) or None


def _is_our_state(layout: Layout) -> bool:
    data = read(layout.state) or b""
    return not data.strip(b"\0\n ") or b'"journal_bytes":' in data


def backup_path(layout: Layout, io: Io, name: str) -> Path:
    """A free name in ``backups/``, made of the time, a number and ``name``."""
    make_directory(io, layout.backups)
    stem = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    count = 1
    while os.path.lexists(path := layout.backups / f"{stem}-{count}-{name}"):
        count += 1
    return path


def backups_of(layout: Layout, name: str) -> tuple[Path, ...]:
    """Backups that ``backup_path`` named, the newest first."""
    found = layout.backups.glob(f"*-*-{name}") if check_directory(layout.backups) else ()
    return tuple(sorted(found, key=_age, reverse=True))


def _age(backup: Path) -> tuple[str, int]:
    stamp, number, _ = backup.name.split("-", 2)
    return stamp, int(number) if number.isdecimal() else 0


def nothing_here() -> StateError:
    """The error for a journal that is gone while other files show that there was one."""
    return StateError(
        "journal_missing",
        "The journal .autoloop/history.jsonl is missing or empty.",
        why="Other files show that there was more of it once. Nothing was started afresh.",
        fix="put the file back, or run: autoloop doctor --rebuild",
    )
