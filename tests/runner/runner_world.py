"""What the tests of runs ask of real processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def number_in(path: Path, patience: float = 60.0) -> int:
    """The number that a process writes into a file, once it is there."""
    wait_for(lambda: path.exists() and path.read_text().endswith("\n"), patience)
    return int(path.read_text())


def wait_for(true: Callable[[], object], patience: float = 60.0) -> None:
    """Wait, bounded, for something to become true."""
    give_up = time.monotonic() + patience
    while not true():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.01)
