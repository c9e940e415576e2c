"""Faults in a real program: a small library between it, everything it starts, and the kernel.

Why a preloaded library: it sees what the program and git's own processes do, needs nothing but a C compiler, costs
little, and neither needs a privilege nor disturbs what it watches (a tracer does both). Where there is no compiler
these tests are skipped and say so; the fault points of ``tests/store`` and ``tests/git``, which are in Python and need
none, are always tried.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import mmap
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("interpose.c")
TRACE, KILL, FAIL, FAIL_FROM, TORN, HOLD = range(6)
_PATH_MAX, _MOST = 4096, 4096


class _Page(ctypes.Structure):
    """``struct shared`` of interpose.c."""

    _fields_ = (
        *((name, ctypes.c_long) for name in ("count", "target", "action", "error", "syncs", "fired", "people")),
        ("pids", ctypes.c_long * _MOST),
        ("root", ctypes.c_char * _PATH_MAX),
        ("only", ctypes.c_char * _PATH_MAX),
        ("said", ctypes.c_char * 512),
    )


@functools.cache
def library() -> Path | None:
    """The library, compiled once for each version of its source; None where it cannot be."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or sys.platform != "linux":
        return None
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    made = Path(tempfile.gettempdir()) / f"autoloop-interpose-{os.getuid()}-{digest}.so"
    if not made.exists():
        with tempfile.TemporaryDirectory() as folder:
            new = Path(folder) / "new.so"
            subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", new, SOURCE, "-ldl"], check=True)
            shutil.copy(new, made.with_suffix(f".{os.getpid()}"))
            made.with_suffix(f".{os.getpid()}").replace(made)
    return made


@dataclass(frozen=True)
class Fault:
    """What happens at which point.

    Attributes:
        at: number of the call, counted from 1; 0 for never.
        error: errno that the call fails with.
        syncs: fsync and its like count as well (they change nothing that the death of a process could lose).
        only: from the point on, only calls below this directory fail.
    """

    at: int = 0
    action: int = TRACE
    error: int = 0
    syncs: bool = False
    only: str = ""


class Interposer:
    """One run under the library: its environment, and what it has counted."""

    def __init__(self, file: Path, root: Path, fault: Fault, trace: Path | None = None) -> None:
        with file.open("wb") as made:
            made.truncate(ctypes.sizeof(_Page))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), 0)
        self.page = _Page.from_buffer(self._map)
        self.page.target, self.page.action, self.page.error = fault.at, fault.action, fault.error
        self.page.syncs = fault.syncs
        self.page.root, self.page.only = os.fsencode(root), os.fsencode(fault.only)
        self.env = {"LD_PRELOAD": str(library()), "AUTOLOOP_FAULT": str(file)}
        if trace is not None:
            self.env["AUTOLOOP_FAULT_TRACE"] = str(trace)

    @property
    def count(self) -> int:
        """Points passed."""
        return int(self.page.count)

    @property
    def fired(self) -> bool:
        """Whether it happened."""
        return bool(self.page.fired)

    @property
    def said(self) -> str:
        """The call at the point."""
        return self.page.said.decode(errors="replace")

    def people(self) -> list[int]:
        """Processes that took part."""
        return [int(pid) for pid in self.page.pids[: min(self.page.people, _MOST)] if pid]

    def close(self) -> None:
        """Let go of the page."""
        del self.page
        self._map.close()
