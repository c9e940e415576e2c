"""How the suite is run."""

from __future__ import annotations

import os

import pytest


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two workers for each processor: much of the time is spent waiting for processes, disks and clocks."""
    return 2 * (os.cpu_count() or 1)
