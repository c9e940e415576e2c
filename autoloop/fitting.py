"""Answers that are short enough for their readers.

One that is too long is printed with its longest lists and texts shortened; it says what is missing and names the file
that holds all of it. Its shape stays that of the schema.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from autoloop.envelope import LONGEST, Cut, Envelope

_LEVELS = ((1000, 16_000), (300, 8000), (100, 3000), (40, 1000), (15, 400), (5, 150), (2, 60))
"""How many items and characters are left, from generous to strict."""


def fitted(document: Envelope, keep: Callable[[bytes], str]) -> bytes:
    """The document as JSON, shorter than `LONGEST` bytes.

    Args:
        document: the answer.
        keep: writes a whole answer to a file and says where; empty where that was not possible.
    """
    shorter = msgspec.json.encode(document)
    if len(shorter) < LONGEST:
        return shorter
    file = keep(shorter)
    for items, characters in _LEVELS:
        left_out: dict[str, int] = {}
        short = _Shortener(items, characters, left_out).shorten("", document)
        shorter = msgspec.json.encode(msgspec.structs.replace(short, cut=Cut(file, left_out)))
        if len(shorter) < LONGEST:
            break
    return shorter


class _Shortener:
    """Shortens whatever is longer than its measure; objects keep all of their keys."""

    def __init__(self, items: int, characters: int, left_out: dict[str, int]) -> None:
        self.items = items
        self.characters = characters
        self.left_out = left_out

    def shorten(self, place: str, value: Any) -> Any:  # noqa: ANN401 - anything that JSON can hold
        """The value, shortened inside and out."""
        if isinstance(value, str):
            return self._text(place, value)
        if isinstance(value, msgspec.Struct):
            inside = {name: self._member(place, name, getattr(value, name)) for name in value.__struct_fields__}
            return msgspec.structs.replace(value, **inside)
        if isinstance(value, dict):
            return {name: self._member(place, str(name), value[name]) for name in self._first(place, list(value))}
        if isinstance(value, tuple | list):
            return [self.shorten(f"{place}[]", item) for item in self._first(place, list(value))]
        return value

    def _member(self, place: str, name: str, value: Any) -> Any:  # noqa: ANN401 - as above
        return self.shorten(f"{place}.{name}" if place else name, value)

    def _first(self, place: str, items: list[Any]) -> list[Any]:
        if len(items) > self.items:
            self._missing(place, len(items) - self.items)
        return items[: self.items]

    def _text(self, place: str, text: str) -> str:
        if len(text) <= self.characters:
            return text
        self._missing(place, len(text) - self.characters)
        return text[: self.characters] + "…"

    def _missing(self, place: str, count: int) -> None:
        self.left_out[place] = self.left_out.get(place, 0) + count
