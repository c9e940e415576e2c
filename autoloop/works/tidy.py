"""Raw output does not pile up: what the commands of old experiments printed is removed; all else about them stays."""

from __future__ import annotations

import shutil
from pathlib import Path

KEPT = 100
"""Experiments whose raw output is kept."""


def tidy(runs: Path, number: int) -> None:
    """Remove raw output and proposals of the experiments that lie `KEPT` or more before ``number``."""
    for path in (*runs.iterdir(), *(runs / "proposals").glob("*")):
        if path.stem.isdecimal() and int(path.stem) <= number - KEPT:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
