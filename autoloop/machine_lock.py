"""One benchmark at a time on a machine, and a look at what else it is doing.

The lock is a ``flock`` on one file that all users share, so the kernel frees it when its holder dies. Whoever has it
writes into the file who that is; others only ever read that for a message. Where the shared file cannot be used, for
example because it is not a plain file, there is one per user. Containers that share a machine can share a lock by
naming a common file in ``AUTOLOOP_MACHINE_LOCK``.
"""

from __future__ import annotations

import fcntl
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from autoloop.errors import LockedError

PLACE = "AUTOLOOP_MACHINE_LOCK"
HELD = "AUTOLOOP_MACHINE_LOCK_HELD"

_SHARED = Path("/tmp/autoloop-benchmark.lock")  # noqa: S108 - shared by all users on purpose, opened with care
_FILE = "autoloop-benchmark.lock"
_FOR_ALL = 0o666
_TICK = 0.1
_REMIND = 15.0
_LONGEST_HOLDER = 2000
_LONGEST_WORD = 200
_WINDOW = 0.1


class Holder(msgspec.Struct, frozen=True):
    """Who measures: process, its command line and directory, and since when (Unix seconds)."""

    pid: int
    command: str
    repository: str
    since: float

    def __str__(self) -> str:
        """One readable line; the text comes from a file that anybody may write, so it is bounded and plain."""
        seconds = max(0, round(time.time() - self.since))
        return f"process {self.pid} ({_plain(self.command)}) in {_plain(self.repository)}, for {seconds} s"


@contextmanager
def machine_lock(wait: float, on_wait: Callable[[str], None]) -> Iterator[None]:
    """Hold the machine's benchmark lock. Inside a run of the holder itself it is held already.

    Args:
        wait: seconds to wait for another benchmark to end.
        on_wait: told now and then who is being waited for.

    Raises:
        LockedError: ``machine_busy``: it did not end in time.
    """
    if HELD in os.environ:
        yield
        return
    fd = _open()
    if fd is None:
        on_wait("no lock file can be made: other benchmarks on this machine are not kept away")
        yield
        return
    try:
        _acquire(fd, wait, on_wait)
        _sign(fd)
        os.environ[HELD] = "1"
        yield
    finally:
        os.environ.pop(HELD, None)
        os.close(fd)


def _acquire(fd: int, wait: float, on_wait: Callable[[str], None]) -> None:
    began = time.monotonic()
    told = -_REMIND
    while not _taken(fd):
        waited = time.monotonic() - began
        if waited >= wait:
            raise LockedError(
                "machine_busy",
                "Another benchmark is running on this machine.",
                why=f"{_holder(fd)}; waited {waited:.0f} s",
                fix="Repeat the command when it has ended, or raise wait in [machine] of .autoloop/config.toml.",
            )
        if waited - told >= _REMIND:
            told = waited
            on_wait(f"waiting for another benchmark: {_holder(fd)}")
        time.sleep(min(_TICK, wait))


def _taken(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open() -> int | None:
    """The lock file, made when it is not there: the named one, else the shared one, else the user's own."""
    named = os.environ.get(PLACE)
    places = [Path(named)] if named else [_SHARED, *_own_places()]
    for place in places:
        with suppress(OSError):
            return _open_at(place)
    return None


def _own_places() -> list[Path]:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return [Path(place) / _FILE for place in (runtime, Path.home() / ".cache") if place]


def _open_at(place: Path) -> int:
    """Open without following a link and without ``O_CREAT`` where the file exists: kernels refuse that in /tmp."""
    careful = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        fd = os.open(place, os.O_RDWR | careful)
    except FileNotFoundError:
        try:
            fd = os.open(place, os.O_RDWR | os.O_CREAT | os.O_EXCL | careful, _FOR_ALL)
            os.fchmod(fd, _FOR_ALL)
        except FileExistsError:  # somebody was quicker
            fd = os.open(place, os.O_RDWR | careful)
    except PermissionError:
        fd = os.open(place, os.O_RDONLY | careful)  # enough for flock
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        os.close(fd)
        raise OSError(f"{place} is not a plain file")
    return fd


def _sign(fd: int) -> None:
    with suppress(OSError, ValueError):  # not ours to write, or names that are no text: the lock holds all the same
        command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
        me = msgspec.json.encode(Holder(os.getpid(), command, str(Path.cwd()), time.time()))
        os.ftruncate(fd, 0)
        os.pwrite(fd, me, 0)


def _holder(fd: int) -> str:
    with suppress(OSError, msgspec.MsgspecError):
        return str(msgspec.json.decode(os.pread(fd, _LONGEST_HOLDER, 0), type=Holder))
    return "it does not say who it is"


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text[:_LONGEST_WORD])


class Load(msgspec.Struct, frozen=True):
    """What ``wait_for_quiet`` saw last: share of the machine's processor time that was in use, and the wait for it."""

    busy: float
    waited: float
    quiet: bool


def busy_share() -> float:
    """Share of all processor time that is in use: over a tenth of a second on Linux, over the last minute elsewhere."""
    first = _processor_time()
    if first is None:
        return min(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    time.sleep(_WINDOW)
    second = _processor_time() or first
    total = second[1] - first[1]
    return (second[0] - first[0]) / total if total > 0 else 0.0


def wait_for_quiet(
    limit: float,
    max_wait: float,
    on_wait: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
    read_load: Callable[[], float] = busy_share,
) -> Load:
    """Wait, bounded, until no more than ``limit`` of the machine's processor time is in use.

    Args:
        limit: busy cores per core, 0 to 1.
        max_wait: seconds; afterwards one measures all the same, and the answer says so.
        on_wait: told now and then what is being waited for.
        sleep: how to wait.
        read_load: how to look.
    """
    waited = told = 0.0
    pause = 0.5
    while True:
        busy = read_load()
        if busy <= limit or waited >= max_wait:
            return Load(busy, waited, busy <= limit)
        if not waited:
            on_wait(
                f"the machine is {busy:.0%} busy with other work: waiting up to {max_wait:.0f} s for it to calm down"
            )
        if waited - told >= _REMIND:
            told = waited
            on_wait(f"the machine is still {busy:.0%} busy: waited {waited:.0f} s of at most {max_wait:.0f} s")
        pause = min(pause, max_wait - waited)
        sleep(pause)
        waited += pause
        pause = min(pause * 1.5, 5.0)


def _processor_time() -> tuple[int, int] | None:
    """Ticks of all processors since boot: in use, and in all."""
    try:
        with Path("/proc/stat").open("rb") as file:
            ticks = [int(word) for word in file.readline().split()[1:9]]  # what guests use is in the others already
    except (OSError, ValueError):
        return None
    idle = sum(ticks[3:5])
    return sum(ticks) - idle, sum(ticks)
