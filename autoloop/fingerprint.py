"""The machine as far as it decides timings: numbers of two different ones are not to be compared."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from contextlib import suppress
from pathlib import Path

from autoloop.model import Fingerprint

_HEAD = 4096
_GIB = 2**30
_KIB = 2**10


def fingerprint() -> Fingerprint:
    """The machine we are on: processor, usable cores, memory, system, architecture, and whether it is virtual."""
    system = os.uname()
    facts = {
        "processor": _processor() or "unknown",
        "cores": str(_cores()),
        "memory": f"{round(_memory() / _GIB)} GiB",
        "system": f"{system.sysname} {system.release.partition('.')[0]}",
        "architecture": system.machine,
        "virtual": _virtual(),
    }
    if quota := _quota():
        facts["quota"] = quota
    text = "\n".join(f"{name}={value}" for name, value in facts.items())
    return Fingerprint(hashlib.sha256(text.encode()).hexdigest()[:16], facts)


def difference(old: Fingerprint, new: Fingerprint) -> tuple[str, ...]:
    """One sentence for each fact that changed; none when it is the same machine."""
    names = [*old.facts, *(name for name in new.facts if name not in old.facts)]
    return tuple(
        f"The {name} was {old.facts.get(name, 'unlimited')} and is {new.facts.get(name, 'unlimited')}."
        for name in names
        if old.facts.get(name) != new.facts.get(name)
    )


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    if sys.platform == "darwin":
        return _sysctl("machdep.cpu.brand_string").decode().rstrip("\0")
    for name in ("model name", "Hardware", "CPU part", "cpu model", "uarch", "processor"):
        if found := _cpuinfo(name):
            return found
    return platform.processor()


def _cpuinfo(name: str) -> str:
    """A fact of the first core."""
    for line in _head("/proc/cpuinfo").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return " ".join(value.split())
    return ""


def _memory() -> int:
    """Bytes of physical memory."""
    if sys.platform == "darwin":
        return int.from_bytes(_sysctl("hw.memsize"), sys.byteorder)
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _virtual() -> str:
    """``container``, ``virtual machine``, one in the other, or ``no``; a hint, no proof."""
    container = any(Path(sign).exists() for sign in ("/.dockerenv", "/run/.containerenv", "/run/systemd/container"))
    container = container or "KUBERNETES_SERVICE_HOST" in os.environ
    machine = " hypervisor" in _cpuinfo("flags")
    return (
        " in a ".join(word for word, is_so in (("container", container), ("virtual machine", machine)) if is_so) or "no"
    )


def _quota() -> str:
    """The control group's share of processor time, in cores; nothing when there is no limit."""
    with suppress(ValueError):
        used, period = _head("/sys/fs/cgroup/cpu.max").split()
        return f"{int(used) / int(period):.2f} cores"
    return ""


def _head(path: str) -> str:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a Path costs more than the read
            return file.read(_HEAD).decode("ascii", "replace")
    except OSError:
        return ""


def _sysctl(name: str) -> bytes:
    """A value of the kernel (macOS)."""
    import ctypes

    libc = ctypes.CDLL(None)
    size = ctypes.c_size_t(_KIB)
    buffer = ctypes.create_string_buffer(_KIB)
    if libc.sysctlbyname(name.encode(), buffer, ctypes.byref(size), None, 0) != 0:
        return b""
    return buffer.raw[: size.value]
