"""Repositories in the stages that a user brings them to."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from gated import GATED, alive, release, until
from loop_world import World, environment, with_config, with_files


@pytest.fixture
def bare_world(tmp_path: Path) -> World:
    """A directory that is no repository."""
    root = tmp_path / "repository"
    root.mkdir()
    return World(root, environment(tmp_path / "home"))


@pytest.fixture
def repository(bare_world: World) -> World:
    """A repository with one commit and no AutoLoop."""
    return with_files(bare_world)


@pytest.fixture
def configured(repository: World) -> World:
    """A configuration written by hand, nothing proven."""
    return with_config(repository)


@pytest.fixture(scope="session")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place with a world that doctor and baseline have passed, to be copied."""
    place = tmp_path_factory.mktemp("proven")
    (place / "repository").mkdir()
    world = with_config(with_files(World(place / "repository", environment(place / "home"))))
    world.prove()
    return place


@pytest.fixture
def world(proven: Path, tmp_path: Path) -> World:
    """Ready for the first experiment; the metric is deterministic."""
    shutil.copytree(proven, tmp_path, symlinks=True, dirs_exist_ok=True)
    approvals = tmp_path / "home" / "state" / "autoloop" / "trusted.json"
    approvals.write_text(approvals.read_text().replace(str(proven.resolve()), str(tmp_path.resolve())))
    return World(tmp_path / "repository", environment(tmp_path / "home"))


@pytest.fixture
def gated(configured):
    """A benchmark that waits as long as the file `hold` exists; ready for the first experiment."""
    configured.write("bench.py", GATED)
    configured.git("commit", "-qam", "gated benchmark")
    configured.prove()
    yield configured
    release(configured)
    worker = configured.root / ".autoloop" / "detached" / "worker.json"
    if worker.exists():
        until(lambda: not alive(json.loads(worker.read_text())["pid"]))


@pytest.fixture
def candidate(gated):
    gated.result("pre", "--description", "a win")
    gated.write("cost.txt", "80\n")
    return gated
