"""Installing, checking and removing an agent's wrappers: first everything is looked at, then everything is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from autoloop import __version__
from autoloop.agents.placing import Place
from autoloop.agents.registry import NAMES
from autoloop.agents.targets import Entry, Standing, Target, UnusableError, Whole, agents_in
from autoloop.agents.wanted import COMMON, targets
from autoloop.errors import RefusedError


class Step(msgspec.Struct, frozen=True):
    """What was found at, or done to, one file.

    Attributes:
        did: ``written``, ``updated``, ``current``, ``removed``, ``kept``; of a check the file's standing.
    """

    path: str
    did: str


def installed(root: Path) -> tuple[str, ...]:
    """The agents that are installed in a repository, by what the block in AGENTS.md says."""
    found = agents_in(Place(root).read(COMMON) or "")
    return tuple(name for name in found if name in NAMES)


def install(root: Path, agents: Sequence[str], *, mcp: bool) -> list[Step]:
    """Write what these agents need, beside those that are installed already.

    Raises:
        RefusedError: something of the user's is in the way; nothing was written.
    """
    place = Place(root)
    together = tuple({*installed(root), *agents})
    plan = list(_planned(place, targets(together, __version__, place.read, mcp=mcp)))
    if refusals := [problem for _, _, problem in plan if problem]:
        raise RefusedError(
            "file_in_the_way",
            "Nothing was installed: something of yours is in the way.",
            why="; ".join(refusals),
            fix="move or delete what the reason names (git mv, rm), then repeat the command",
        )
    return [_placed(place, target, found) for target, found, _ in plan]


def _planned(place: Place, wanted: Sequence[Target]) -> Iterator[tuple[Target, Standing, str]]:
    """Each target with its standing and what is in its way; of several names of one file the first counts."""
    seen: set[Path] = set()
    for target in wanted:
        real = place.locate(target.path)
        if real in seen:
            continue
        seen.add(real)
        text = place.read(target.path)
        found = target.standing(text)
        yield target, found, _in_the_way(target, found, text)


def _in_the_way(target: Target, found: Standing, text: str | None) -> str:
    if isinstance(target, Whole):
        reasons = {"foreign": "is not AutoLoop's", "modified": "was edited since it was installed"}
        return f"{target.path} {reasons[found]}" if found in reasons else ""
    if isinstance(target, Entry) and found == "modified":
        return f"{target.path} has another entry {'.'.join(target.at)}"
    try:
        target.put(text)
    except UnusableError as error:
        return f"{target.path}: {error}"
    return ""


def _placed(place: Place, target: Target, found: Standing) -> Step:
    if found == "current":
        return Step(target.path, "current")
    text = place.read(target.path)
    place.write(target.path, target.put(text))
    return Step(target.path, "written" if text is None else "updated")


def check(root: Path, agents: Sequence[str], *, mcp: bool) -> list[Step]:
    """How each file of these agents stands; anything but ``current`` is drift."""
    place = Place(root)
    together = tuple({*installed(root), *agents})
    wanted = targets(together, __version__, place.read, mcp=mcp)
    return [Step(target.path, found) for target, found, _ in _planned(place, wanted)]


def uninstall(root: Path, agents: Sequence[str]) -> list[Step]:
    """Remove what these agents alone needed; what was edited is kept, and named."""
    place = Place(root)
    staying = tuple(name for name in installed(root) if name not in agents)
    needed = targets(staying, __version__, place.read, mcp=True) if staying else []
    kept = {place.locate(target.path) for target in needed}
    steps = [_placed(place, target, target.standing(place.read(COMMON))) for target in needed if target.path == COMMON]
    for target, found, _ in _planned(place, targets(tuple(agents), __version__, place.read, mcp=True)):
        if place.locate(target.path) not in kept:
            steps += _removed(place, target, found)
    return steps


def _removed(place: Place, target: Target, found: Standing) -> Iterator[Step]:
    text = place.read(target.path)
    if text is None or found == "missing":
        return
    if found in {"modified", "foreign"}:
        yield Step(target.path, "kept")
        return
    rest = target.without(text)
    if rest is None:
        place.remove(target.path)
    else:
        place.write(target.path, rest)
    yield Step(target.path, "removed")
