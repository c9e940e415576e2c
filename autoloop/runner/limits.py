"""Resource limits of a command, and the adoption of orphans."""

from __future__ import annotations

import ctypes
import math
import resource
import sys

from autoloop.runner.records import Limits

_PR_SET_CHILD_SUBREAPER = 36
_CPU_GRACE = 2


def apply(pid: int, limits: Limits) -> None:
    """Limit a process that has not begun yet, and all that it will start (Linux).

    No core dumps either: they would land in the work tree.
    """
    if not _can_limit():
        return
    for which, soft, hard in _wanted(limits):
        _, ceiling = resource.prlimit(pid, which)
        if ceiling != resource.RLIM_INFINITY:  # an inherited limit that is lower stays
            soft, hard = min(soft, ceiling), min(hard, ceiling)  # noqa: PLW2901
        resource.prlimit(pid, which, (soft, hard))


def enforceable(limits: Limits) -> bool:
    """Whether this system can set these limits from outside; none can be set anywhere."""
    return _can_limit() or limits == Limits()


def _can_limit() -> bool:
    return hasattr(resource, "prlimit")


def _wanted(limits: Limits) -> list[tuple[int, int, int]]:
    """Resource, soft and hard limit."""
    wanted = [(resource.RLIMIT_CORE, 0, 0)]
    if limits.cpu is not None:
        seconds = max(1, math.ceil(limits.cpu))
        wanted.append((resource.RLIMIT_CPU, seconds, seconds + _CPU_GRACE))
    if limits.memory is not None:
        wanted.append((resource.RLIMIT_DATA, limits.memory, limits.memory))
    if limits.file_size is not None:
        wanted.append((resource.RLIMIT_FSIZE, limits.file_size, limits.file_size))
    return wanted


def has_subreaper() -> bool:
    """Whether orphans of a process's descendants can be made its children (Linux)."""
    return sys.platform == "linux"


def become_subreaper() -> None:
    """From now on orphans below this process become its children instead of init's (Linux; nothing elsewhere)."""
    if has_subreaper():
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
