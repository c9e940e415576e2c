"""Moving files in and out of the work tree."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from autoloop.exchange.copying import copy_file
from autoloop.exchange.looking import Seen, is_directory
from autoloop.exchange.records import Exchange, Side, Swap, locate, parents

_SECOND = 1_000_000_000
_ASIDE = "aside-"


def place_all(exchange: Exchange, side: Side, seen: Seen) -> None:
    """Make every path that is not a stranger's look like that side; each step may be the last one before a crash.

    Copies are made first, so that a full disk shows before anything is touched; then goes what has to go, because a
    file may stand where a directory has to be; then comes what has to come.
    """
    todo = [swap for swap, sides in seen.items() if sides and side not in sides]
    coming = [swap for swap in todo if swap.on(side).ours]
    going = [swap for swap in todo if not swap.on(side).ours]
    moment = _later(exchange.home, [exchange.place(swap) for swap in todo])
    ready = {swap: exchange.home / f"ready-{number}" for number, swap in enumerate(coming)}
    for swap, copy in ready.items():
        copy_file(locate(exchange.folder(side), swap.path), copy)
        os.utime(copy, ns=(moment, moment), follow_symlinks=False)
    for swap in going:
        exchange.place(swap).unlink()
    _bring_back(exchange, side)
    for swap in coming:
        _make_parents(exchange, side, swap)
        _move_aside(exchange, swap)
        _move(ready[swap], exchange.place(swap))
    for swap in reversed(exchange.swaps):
        if not swap.on(side).ours:
            _remove_empty_parents(exchange, side, swap)


def _later(store: Path, places: Iterable[Path]) -> int:
    """A whole second past now and past every time that was given before; a file's own time remembers it."""
    stamp = store / "stamp"
    times = [time.time_ns()]
    for file in (stamp, *places):
        with suppress(FileNotFoundError, NotADirectoryError):
            times.append(file.lstat().st_mtime_ns)
    moment = (max(times) // _SECOND + 1) * _SECOND
    os.close(os.open(stamp, os.O_CREAT | os.O_WRONLY, 0o600))
    os.utime(stamp, ns=(moment, moment))
    return moment


def _move_aside(exchange: Exchange, swap: Swap) -> None:
    """A directory (empty, or with files that git ignores) or a pipe stands where a file has to be: keep it beside."""
    place = exchange.place(swap)
    with suppress(FileNotFoundError):
        mode = place.lstat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
            place.rename(exchange.home / f"{_ASIDE}{exchange.swaps.index(swap)}")


def _bring_back(exchange: Exchange, side: Side) -> None:
    """What was moved aside returns where that side has no file."""
    for aside in exchange.home.glob(f"{_ASIDE}*"):
        swap = exchange.swaps[int(aside.name.removeprefix(_ASIDE))]
        if not swap.on(side).ours:
            aside.rename(exchange.place(swap))


def _make_parents(exchange: Exchange, side: Side, swap: Swap) -> None:
    """Make missing directories, with the permissions that they have among the copies."""
    models = parents(exchange.folder(side), swap.path)
    for parent, model in zip(parents(exchange.top, swap.path), models, strict=True):
        if not is_directory(parent):
            parent.mkdir()
            parent.chmod(stat.S_IMODE(model.stat().st_mode))


def _remove_empty_parents(exchange: Exchange, side: Side, swap: Swap) -> None:
    """Remove directories that hold nothing and that this side does not have."""
    models = parents(exchange.folder(side), swap.path)
    for parent, model in zip(reversed(parents(exchange.top, swap.path)), reversed(models), strict=True):
        if model.is_dir():
            return
        with suppress(OSError):  # not empty, or not there: then it stays as it is
            parent.rmdir()


def _move(ready: Path, place: Path) -> None:
    """Rename; by way of a copy beside the place when that is on another file system."""
    try:
        ready.replace(place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = place.with_name(f".autoloop-{os.getpid()}")
        copy_file(ready, beside)
        moment = ready.lstat().st_mtime_ns
        os.utime(beside, ns=(moment, moment), follow_symlinks=False)
        beside.replace(place)
