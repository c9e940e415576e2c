"""What processes used, from the kernel's own accounts."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def cpu_seconds(used: resource.struct_rusage) -> float:
    """User and system time of a process and its reaped children."""
    return used.ru_utime + used.ru_stime


def peak_bytes(used: resource.struct_rusage) -> int:
    """Largest resident set of a process or any of its reaped children; the kernel counts in KiB, on macOS in bytes."""
    return used.ru_maxrss * _RSS_UNIT


def cpu_so_far(pid: int) -> float:
    """Seconds of processor time that a living process has used; 0 where the kernel does not say."""
    try:
        account = Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return int(account.split(maxsplit=1)[0]) / 1e9


def oom_kills() -> int:
    """How many processes the kernel has killed for want of memory since boot; 0 where it does not say."""
    try:
        counters = Path("/proc/vmstat").read_text(encoding="ascii")
    except OSError:
        return 0
    _, _, rest = counters.partition("\noom_kill ")
    return int(rest.split(maxsplit=1)[0]) if rest else 0
