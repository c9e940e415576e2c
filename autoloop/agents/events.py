"""Reading machine-readable output: JSON documents line by line, and figures that may be missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from autoloop.agents.client import Event

_NOTHING: Event = {}


def events(lines: Iterable[bytes]) -> Iterator[Event]:
    """The JSON objects in an output, one a line or one over all lines; what is no JSON is passed over."""
    kept: list[bytes] = []
    found = False
    for line in lines:
        event = _decoded(line)
        if event is not None:
            found = True
            yield event
        elif not found:
            kept.append(line)
    if not found and (event := _document(kept)) is not None:
        yield event


def _document(lines: list[bytes]) -> Event | None:
    """One object over several lines, from the first line that opens one."""
    start = next((n for n, line in enumerate(lines) if line.startswith(b"{")), None)
    return None if start is None else _decoded(b"\n".join(lines[start:]))


def _decoded(data: bytes) -> Event | None:
    if not data.lstrip().startswith(b"{"):
        return None
    try:
        return msgspec.json.decode(data, type=dict[str, object])
    except msgspec.DecodeError:
        return None


def inner(event: Event, name: str) -> Event:
    """The object below ``name``, or an empty one."""
    found = event.get(name)
    return found if isinstance(found, dict) else _NOTHING


def text(event: Event, name: str) -> str:
    """The text below ``name``, or an empty one."""
    found = event.get(name)
    return found if isinstance(found, str) else ""


def count(event: Event, name: str) -> int | None:
    """The whole number below ``name``; None when it is missing or makes no sense."""
    found = event.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def amount(event: Event, name: str) -> float | None:
    """The number below ``name``; None when it is missing or makes no sense."""
    found = event.get(name)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) and found >= 0 else None


def summed(*parts: int | None) -> int | None:
    """The sum of the parts that are known; None when none is."""
    known = [part for part in parts if part is not None]
    return sum(known) if known else None
