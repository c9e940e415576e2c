"""What tests of crashes and faults share: worlds at the moments of a loop, and stages that are set once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import pytest
from interposer import library
from scenes import SCENE, Moments
from trial import Stage


def sampled(cases: Sequence[Any], usual: Collection[Any]) -> list[Any]:
    """The cases as parameters: the ``usual`` ones are for every day, the others for ``make crash``."""
    assert all(case in cases for case in usual), usual
    exhaustive = pytest.mark.exhaustive
    parts = ((case, case if isinstance(case, tuple) else (case,)) for case in cases)
    return [pytest.param(*values, marks=() if case in usual else exhaustive) for case, values in parts]


@pytest.fixture(scope="session")
def moments(tmp_path_factory: pytest.TempPathFactory) -> Moments:
    return Moments(tmp_path_factory.mktemp("moments"))


@pytest.fixture(scope="session")
def stage(moments: Moments, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Stage]]:
    """Sets a scene by name, with or without a planted mistake."""
    if library() is None:
        pytest.skip("there is no C compiler here (cc), or this is not Linux: the interposing library cannot be made")
    stages: dict[tuple[str, str], Stage] = {}

    def made(name: str, plant: str = "") -> Stage:
        if (name, plant) not in stages:
            place = tmp_path_factory.mktemp("stage")
            stages[name, plant] = Stage(SCENE[name], moments.at(SCENE[name].moment), place, plant).set()
        return stages[name, plant]

    yield made
    for each in stages.values():
        each.close()
