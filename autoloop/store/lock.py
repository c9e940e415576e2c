"""The workspace lock: one writer at a time, freed by the kernel when its owner dies."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from autoloop.errors import LockedError
from autoloop.paths import Layout
from autoloop.store.files import read
from autoloop.store.trouble import from_os, wrong_kind

_OPEN = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_FIRST_PAUSE = 0.005
_LONGEST_PAUSE = 0.05


class Holder(msgspec.Struct, frozen=True):
    """Who holds the lock.

    Attributes:
        pid: process id.
        started: the kernel's start time of that process, in its own units; tells a reused pid. None when unknown.
        command: what it runs.
        since: Unix time in seconds when it took the lock.
    """

    pid: int
    started: int | None
    command: str
    since: float


def start_time(pid: int) -> int | None:
    """Clock ticks after boot when process ``pid`` began, where the kernel tells (Linux); None otherwise.

    A process that has ended and only waits to be collected (in a container perhaps for ever) answers -1.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        fields = stat.rpartition(")")[2].split()
        return -1 if fields[0] in "ZX" else int(fields[19])
    except (OSError, ValueError, IndexError):
        return None


def alive(pid: int, started: int | None) -> bool:
    """Whether that very process still runs; one that has ended and was not collected yet does not.

    Args:
        pid: process id.
        started: its ``start_time`` when it was noted, None when that was unknown.
    """
    try:
        os.kill(pid, 0)
    except PermissionError:
        pass
    except (OSError, OverflowError):
        return False
    return started in {None, start_time(pid)}


def read_holder(layout: Layout) -> Holder | None:
    """Who holds the lock, as far as it can be told; None for a note left by a process that is no more."""
    try:
        holder = msgspec.json.decode(read(layout.lock_holder) or b"", type=Holder)
    except Exception:  # noqa: BLE001 - whatever is wrong with the note, it serves a message only
        return None
    return holder if alive(holder.pid, holder.started) else None


@contextmanager
def locked(
    layout: Layout, command: str, wait: float, on_wait: Callable[[Holder | None], object] | None
) -> Iterator[bool]:
    """Hold the workspace lock; tells whether the one who held it last died with it.

    Args:
        layout: the workspace; ``.autoloop/`` exists.
        command: what others are told is at work.
        wait: seconds to wait for it, at most.
        on_wait: called once with the holder when there is somebody to wait for.

    Raises:
        LockedError: somebody else still held it after ``wait`` seconds.
        StateError: the lock file cannot be used.
    """
    fd = _take(layout.lock)
    if fd is None and on_wait:
        on_wait(read_holder(layout))
    if fd is None:
        fd = _waited_for(layout.lock, wait)
    if fd is None:
        raise _refusal(read_holder(layout))
    died = os.path.lexists(layout.lock_holder)
    try:
        _sign(layout.lock_holder, command)
        yield died
    finally:
        with suppress(OSError):
            layout.lock_holder.unlink(missing_ok=True)
        os.close(fd)


@contextmanager
def alone(path: Path, command: str) -> Iterator[None]:
    """Hold a lock beside the workspace's own for as long as something lasts; nobody waits for it.

    Raises:
        LockedError: ``run_in_progress``.
    """
    fd = _take(path)
    if fd is None:
        raise LockedError(
            "run_in_progress",
            f"Another `autoloop run` drives this repository; {command} was not started.",
            fix="watch it: autoloop status; guide it: autoloop steer TEXT; or end it with Ctrl-C",
        )
    try:
        yield
    finally:
        os.close(fd)


@contextmanager
def editing(layout: Layout, wait: float) -> Iterator[None]:
    """Hold the lock of those who edit texts (ideas, learnings): nobody measures under it, so it is soon free.

    Raises:
        LockedError: somebody else still held it after ``wait`` seconds.
        StateError: the lock file cannot be used.
    """
    fd = _waited_for(layout.editing, wait)
    if fd is None:
        raise LockedError(
            "locked", "Another command edits .autoloop/ at this moment.", why="", fix="run the command again"
        )
    try:
        yield
    finally:
        os.close(fd)


def _waited_for(path: Path, wait: float) -> int | None:
    """The lock's descriptor, None when it was not free within ``wait`` seconds."""
    deadline = time.monotonic() + wait
    pause = _FIRST_PAUSE
    while (fd := _take(path)) is None and time.monotonic() < deadline:
        time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
        pause = min(pause * 2, _LONGEST_PAUSE)
    return fd


def _take(path: Path) -> int | None:
    try:
        fd = os.open(path, _OPEN, 0o666)
    except OSError as error:
        raise _unusable(error, path) from error
    if _is_taken(fd, path):
        return fd
    os.close(fd)
    return None


def _is_taken(fd: int, path: Path) -> bool:
    mode = os.fstat(fd).st_mode
    if not stat.S_ISREG(mode):
        os.close(fd)
        raise wrong_kind(path, mode, "a file")
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(fd), path.lstat())
    except (BlockingIOError, FileNotFoundError):
        return False
    except OSError as error:
        os.close(fd)
        raise from_os(error, path, "locked") from error


def _unusable(error: OSError, path: Path) -> Exception:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return from_os(error, path, "written")
    return from_os(error, path, "written") if stat.S_ISREG(mode) else wrong_kind(path, mode, "a file")


def _sign(path: Path, command: str) -> None:
    """Say who we are. It serves a message only, so it may fail, and is not synced."""
    me = os.getpid()
    note = msgspec.json.encode(Holder(me, start_time(me), command, time.time()))
    try:
        path.unlink(missing_ok=True)
        path.write_bytes(note)
    except OSError:
        return


def _refusal(holder: Holder | None) -> LockedError:
    if holder is None:
        return LockedError(
            "locked", "Another AutoLoop command is at work here.", why="", fix="run the command again when it is done"
        )
    age = max(0.0, time.time() - holder.since)
    return LockedError(
        "locked",
        f"Another AutoLoop command is at work here: {holder.command} (process {holder.pid}).",
        why=f"It has held .autoloop/lock for {age:.0f} s.",
        fix=f"autoloop wait, then run the command again; or end it: kill {holder.pid}",
    )
