"""Repositories that agents' wrappers are installed in."""

from __future__ import annotations

from pathlib import Path

import pytest
from agents_world import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty git repository below a path with a space."""
    return Repository.made(tmp_path / "a repository")
