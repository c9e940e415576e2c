"""The recorded session, unpacked once; tests that only read share it."""

from __future__ import annotations

import pytest
from report_world import World, environment, unpacked

from autoloop.model import Experiment


@pytest.fixture(scope="session")
def forty(tmp_path_factory):
    """Forty experiments with every ending, finalized. Read only."""
    return unpacked(tmp_path_factory.mktemp("forty"))


@pytest.fixture(scope="session")
def page(forty, tmp_path_factory):
    """The HTML report of it."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    forty.text("report", "--html", "-o", str(path))
    return path


@pytest.fixture
def empty(tmp_path):
    """A repository without AutoLoop."""
    world = World(tmp_path / "empty", environment(tmp_path / "home"))
    world.root.mkdir()
    world.git("init", "-q", "-b", "main")
    (world.root / "bench.py").write_text('print("METRIC cost=" + open("cost.txt").read())\n')
    (world.root / "cost.txt").write_text("100\n")
    world.git("add", "-A")
    world.git("commit", "-qm", "first")
    return world


@pytest.fixture
def ended():
    """Experiments that ended."""

    def made(evaluation, status="discarded"):
        return Experiment(1, "x", 1, "x", 0.0, "before", status=status, evaluation=evaluation)

    return made
