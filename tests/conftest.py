"""How the suite is run, and what tests of crashes and faults share: stages that are set once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from stages import moments, stage

__all__ = ["moments", "stage"]

_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30

# The program and git flush every step to the disk, and a flush waits for what all other tests have written. A file
# system in memory has nothing to wait for; what a dying disk does is played elsewhere, on file systems made for it.
if "TMPDIR" not in os.environ and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
    os.environ["TMPDIR"] = str(_MEMORY)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two workers for each processor: much of the time is spent waiting for processes, disks and clocks."""
    return 2 * (os.cpu_count() or 1)
