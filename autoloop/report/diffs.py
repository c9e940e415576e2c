"""The differences that a page has room for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from autoloop.candidates import candidate
from autoloop.errors import AutoLoopError
from autoloop.model import Experiment
from autoloop.opened import OpenWorkspace

ROOM = 900_000
"""Characters for all differences of a page; kept experiments come first, then the latest."""

LONGEST = 20_000
"""Characters of one difference."""


class Line(Struct, frozen=True):
    """One line of a difference, and what it is: file, hunk, added, removed or context."""

    kind: str
    text: str


class Difference(Struct, frozen=True):
    """What an experiment changed; ``why`` says why there is none, or not all of it."""

    lines: tuple[Line, ...] = ()
    why: str = ""


def differences(workspace: OpenWorkspace, experiments: Sequence[Experiment]) -> dict[int, Difference]:
    """The difference of each experiment that has a candidate, by number."""
    sides = {one.id: pair for one in experiments if (pair := candidate(one))}
    try:
        patches = workspace.repository.patches(list(sides.values()))
    except AutoLoopError:
        return {}  # a report needs no git; what it says comes from the journal
    known = dict(zip(sides, patches, strict=True))
    order = sorted((one for one in experiments if one.id in known), key=lambda one: (one.status != "kept", -one.id))
    left = ROOM
    found: dict[int, Difference] = {}
    for one in order:
        text = known[one.id]
        found[one.id] = _difference(text, one.id, left)
        left -= min(len(text or ""), LONGEST)
    return found


def _difference(text: str | None, number: int, left: int) -> Difference:
    if text is None:
        return Difference(why="The candidate is no longer in the repository.")
    if not text.strip():
        return Difference(why="No file differs.")
    if left <= 0:
        return Difference(why=f"Left out to keep this page small: autoloop diff {number}")
    cut = f"Cut after {LONGEST:,} characters: autoloop diff {number}" if len(text) > LONGEST else ""
    return Difference(tuple(_lines(text[:LONGEST].splitlines())), cut)


def _lines(lines: Iterable[str]) -> Iterable[Line]:
    """Git's lines without those that only machines read."""
    inside = False
    for line in lines:
        if line.startswith("diff --git "):
            inside = False
            yield Line("file", line.removeprefix("diff --git ").partition(" b/")[2] or line)
        elif line.startswith("@@"):
            inside = True
            yield Line("hunk", line)
        elif inside:
            kind = {"+": "added", "-": "removed"}.get(line[:1], "context")
            yield Line(kind, line)
        elif not line.startswith(("index ", "--- ", "+++ ")):
            yield Line("context", line)
