"""Faults are tried on the stages of the crash tests."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from loop_world import World
from scenes import copied
from trial import Stage

_NUMBERS = itertools.count()


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Callable[[Stage], World]]:
    """Copies the world of a stage, to be broken."""
    yield lambda stage: copied(stage.world, tmp_path / f"copy-{next(_NUMBERS)}")
    for each in tmp_path.glob("copy-*"):
        shutil.rmtree(each, ignore_errors=True)
