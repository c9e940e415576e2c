"""The list of ideas, ``ideas.md``: an idea is a bullet; everything else in the file is its user's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from autoloop.model import Experiment
from autoloop.shown import Standing
from autoloop.similarity import SAME, Texts

_HEADING = """# Ideas

What is worth trying, one idea a line. `autoloop idea add`, `list` and `drop` edit this list, and so may you;
agents are shown what was not tried yet.

"""
_BULLET = re.compile(r"\s{0,3}[-*+]\s+(?:\[ \]\s+)?(?!\[[xX]\]\s)(\S.*?)\s*")


def listed(text: str) -> tuple[str, ...]:
    """The ideas in the file's text, in their order; an idea's number is its place, from 1. Ticked ones are done."""
    return tuple(idea for _, idea in _bullets(text.splitlines()))


def added(text: str, idea: str) -> str:
    """The text with one idea more at its end; as it was when it has that idea already."""
    line = " ".join(idea.split())
    if line.casefold() in {known.casefold() for known in listed(text)}:
        return text
    body = text or _HEADING
    return f"{body}{'' if body.endswith(chr(10)) else chr(10)}- {line}\n"


def dropped(text: str, number: int) -> str:
    """The text without idea ``number``.

    Raises:
        IndexError: there is none.
    """
    lines = text.splitlines(keepends=True)
    places = [place for place, _ in _bullets(lines)]
    if not 1 <= number <= len(places):
        raise IndexError(number)
    del lines[places[number - 1]]
    return "".join(lines)


def standings(ideas: Sequence[str], experiments: Sequence[Experiment]) -> tuple[Standing, ...]:
    """What became of each idea: tried when the description of a closed experiment says the same."""
    closed = [experiment for experiment in experiments if experiment.status != "open"]
    texts = Texts([experiment.description for experiment in closed])
    return tuple(_standing(number, idea, closed, texts.scores(idea)) for number, idea in enumerate(ideas, 1))


def untried(ideas: Sequence[str], experiments: Sequence[Experiment]) -> tuple[str, ...]:
    """The ideas that no closed experiment was about."""
    return tuple(idea.text for idea in standings(ideas, experiments) if idea.standing == "untried")


def _standing(number: int, idea: str, closed: Sequence[Experiment], scores: Sequence[float]) -> Standing:
    about = [experiment for experiment, score in zip(closed, scores, strict=True) if score >= SAME]
    if not about:
        return Standing(number, idea)
    kept = any(experiment.status == "kept" for experiment in about)
    return Standing(number, idea, "kept" if kept else "tried", tuple(sorted(experiment.id for experiment in about)))


def _bullets(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    for place, line in enumerate(lines):
        if found := _BULLET.fullmatch(line.rstrip("\r\n")):
            yield place, found[1]
