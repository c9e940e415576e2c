"""Finding processes: the descendants of one, and what is left of a run whose supervisor is gone."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import msgspec

from autoloop.runner.environment import MARK
from autoloop.runner.records import Group

_PROC = Path("/proc")
KNOWN = sys.platform == "linux"  # whether the kernel tells us of all processes
_SWEEP_PATIENCE = 5.0
_SWEEP_TICK = 0.02
_PGID, _START = 2, 19  # fields of /proc/PID/stat, counted from the state, which follows the name


class Process(msgspec.Struct, frozen=True):
    """A process as the kernel lists it."""

    pid: int
    state: str
    parent: int
    pgid: int
    start_time: int


def process(pid: int) -> Process | None:
    """The process of that number, None when there is none."""
    if sys.platform != "linux":
        return _process_by_ps(pid)
    try:
        stat = (_PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    fields = stat[stat.rindex(b")") + 2 :].split()  # the name may contain anything
    return Process(pid, fields[0].decode(), int(fields[1]), int(fields[_PGID]), int(fields[_START]))


def processes() -> Iterator[Process]:
    """All processes that we may see (Linux; nothing elsewhere)."""
    if sys.platform != "linux":
        return
    for name in os.listdir(_PROC):  # noqa: PTH208 - thousands of Path objects for their names
        if name.isdigit() and (found := process(int(name))):
            yield found


def descendants(root: int) -> list[Process]:
    """Living processes below ``root`` (Linux; none elsewhere)."""
    children: dict[int, list[Process]] = {}
    for each in processes():
        children.setdefault(each.parent, []).append(each)
    found, todo = [], [root]
    while todo:
        below = children.get(todo.pop(), [])
        found += [each for each in below if each.state != "Z"]
        todo += [each.pid for each in below]
    return found


@cache
def boot_id() -> str:
    """Identifies this boot of the machine."""
    with suppress(OSError):
        return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return _sysctl("kern.bootsessionuuid")


def group_of(leader: int, mark: str) -> Group:
    """The group that the process ``leader`` leads, described for a later ``sweep``."""
    found = process(leader)
    started = found.start_time if found else _now()  # it has made way for its successor already: it is just now
    return Group(leader, started, boot_id(), mark)


def _now() -> int:
    """Clock ticks since boot, as the kernel counts start times."""
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK")) if KNOWN else 0


def sweep(group: Group) -> bool:
    """Kill what is left of a run.

    Only processes that are surely its own: those that carry its mark in their environment, whatever group they moved
    to, and those of its group while the group's first process is still the recorded one. After a reboot, or when the
    number was given to somebody else, nothing is touched.

    Returns:
        Whether anything was found and killed.
    """
    if group.boot_id != boot_id():
        return False
    found = False
    give_up = time.monotonic() + _SWEEP_PATIENCE
    while time.monotonic() < give_up:
        left = _left_of(group)
        if not left:
            break
        found = True
        for pid in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_SWEEP_TICK)
    return found


def _left_of(group: Group) -> list[int]:
    leader = process(group.pgid)
    led = leader is not None and leader.start_time == group.start_time
    if sys.platform != "linux":
        return [group.pgid] if led else []
    marked = _carries(group.mark)
    return [
        each.pid
        for each in processes()
        if each.state != "Z" and each.pid != os.getpid() and ((led and each.pgid == group.pgid) or marked(each.pid))
    ]


def _carries(mark: str) -> Callable[[int], bool]:
    """A question to a process: does it carry this mark?"""
    wanted = f"{MARK}={mark}".encode()

    def carries(pid: int) -> bool:
        with suppress(OSError):
            return wanted in (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
        return False

    return carries if mark else lambda _pid: False


def _process_by_ps(pid: int) -> Process | None:
    row = _ask("/bin/ps", "-o", "stat=,ppid=,pgid=,lstart=", "-p", str(pid)).split(maxsplit=3)
    if len(row) < 4:  # noqa: PLR2004 - the four columns asked for
        return None
    started = time.mktime(time.strptime(row[3].strip(), "%a %b %d %H:%M:%S %Y"))
    return Process(pid, row[0][0], int(row[1]), int(row[2]), int(started))


def _sysctl(name: str) -> str:
    return _ask("/usr/sbin/sysctl", "-n", name).strip()


def _ask(program: str, *arguments: str) -> str:
    """What a small system tool prints; nothing when it fails or is not there."""
    import sh

    try:
        answer = sh.Command(program)(*arguments, _tty_out=False, _env={"LC_ALL": "C"}, _ok_code=(0, 1))
    except (sh.CommandNotFound, sh.ErrorReturnCode):
        return ""
    return str(answer)
