"""Some rows of the git matrix through the program; ``make crash`` plays them all (tests/git: all, on the git floor)."""

from __future__ import annotations

import os

import pytest
from matrix import ROWS, hermetic, play, template
from nursery import Nursery
from stages import sampled
from trial import PATIENCE

USUAL = ("user's partially staged edit in the same file", "hostile names, new beside the user's")
SAMPLE = (
    "user's partially staged edit in the same file",
    "several kinds at once",
    "hostile names, new beside the user's",
    "working-tree-encoding",
    "submodule dirty inside",
    "linked work tree",
    "partial clone",
    "typed in a subdirectory",
    "branch switched after the measurement",
    "repository of another owner",
)


@pytest.fixture(scope="session")
def program():
    nursery = Nursery("")
    yield lambda words, cwd, env: nursery.run(words, cwd, env, PATIENCE)
    nursery.close()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory, program):
    with hermetic(tmp_path_factory.mktemp("home")):
        yield template(tmp_path_factory.mktemp("matrix") / "template", program)


@pytest.mark.parametrize("ending", ["keep", "discard"])
@pytest.mark.parametrize("name", sampled(SAMPLE, USUAL))
def test_a_row(furnished, program, tmp_path, name, ending):
    (row,) = [row for row in ROWS if str(row) == name]
    if name == "repository of another owner" and os.geteuid() != 0:
        pytest.skip("only root can give a repository away")
    with hermetic(tmp_path / "home"):
        play(row, ending, tmp_path / "row", furnished, program)
