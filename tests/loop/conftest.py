"""Repositories in the stages that a user brings them to."""

from __future__ import annotations

from pathlib import Path

import pytest
from loop_world import BENCH, CONFIG, World, environment


@pytest.fixture
def bare_world(tmp_path: Path) -> World:
    """A directory that is no repository."""
    root = tmp_path / "repository"
    root.mkdir()
    return World(root, environment(tmp_path / "home"))


@pytest.fixture
def repository(bare_world: World) -> World:
    """A repository with one commit and no AutoLoop."""
    world = bare_world
    world.git("init", "-q", "-b", "main")
    for name, text in {"bench.py": BENCH, "cost.txt": "100\n", "size.txt": "50\n", "notes.txt": "mine\n"}.items():
        world.write(name, text)
    world.write("protected/data.txt", "1\n")
    world.git("add", "-A")
    world.git("commit", "-qm", "first")
    return world


@pytest.fixture
def configured(repository: World) -> World:
    """A configuration written by hand, nothing proven."""
    repository.write(".autoloop/.gitignore", "*\n")
    repository.write(".autoloop/config.toml", CONFIG)
    return repository


@pytest.fixture
def world(configured: World) -> World:
    """Ready for the first experiment; the metric is deterministic."""
    configured.prove()
    return configured
