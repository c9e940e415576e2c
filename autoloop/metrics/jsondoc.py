"""JSON in the midst of other output, and the numbers in it."""

from __future__ import annotations

import json
import math
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeGuard

from autoloop.metrics.model import Measure
from autoloop.metrics.names import fits
from autoloop.metrics.samples import median
from autoloop.units import Quantity, dimension, parse_quantity

WINDOW = 8 << 20
"""Characters of the end of the output in which a document is looked for."""
_LINE_COST = 64  # what a string costs beyond its characters
_MOST_FUTILE = 8 * WINDOW  # characters read for nothing, in a text made of half documents
_DEEPEST = 32
_LABELS = ("name", "benchmark", "fullname", "id", "label", "case", "test", "task", "title", "key")
_TELLING_UNITS = {"time", "bytes", "ratio", "rate", "bytes/s"}
_DECODER = json.JSONDecoder(parse_int=float)

_START = re.compile(r"""(?:\s*|[^"{}\[\],]{1,80}[\s:=](?=\{))(?=\{\s*(?:["}]|$)|\[\s*(?:[{\[]|$))""")
"""What stands before a document: white space, or a label if it is an object."""


class Tail:
    """The last lines of a stream, as many as fit into the window."""

    def __init__(self, text: Iterable[str] = ()) -> None:
        self._lines: deque[str] = deque()
        self._size = 0
        self._cut = False
        for line in text:
            self.append(line)

    def append(self, line: str) -> None:
        """Take the next line; the oldest ones go when there are too many."""
        self._lines.append(line)
        self._size += len(line) + _LINE_COST
        while self._size > WINDOW and len(self._lines) > 1:
            self._size -= len(self._lines.popleft()) + _LINE_COST
            self._cut = True

    def last(self, wanted: str = "") -> Any:  # noqa: ANN401 - any JSON value
        """The last document that holds the metric, else the last that holds a number; None when there is none.

        A program's log may be JSON too, so its last line is not always the result.
        """
        held = found = None
        for document in self._documents():
            measures = list(fields(document))
            if wanted and any(fits(measure.name, wanted) for measure in measures):
                held = document
            elif any(math.isfinite(measure.quantity.value) for measure in measures):
                found = document
        return found if held is None else held

    def _documents(self) -> Iterator[Any]:
        """Every JSON object or array that stands alone on its lines, perhaps after a label, in order of appearance.

        What follows an unfinished document belongs to it. When the beginning of the output is gone, indented lines may
        belong to a document whose beginning is gone too, so they begin none.
        """
        text, place, futile = list(self._lines), 0, 0
        while place < len(text) and futile < _MOST_FUTILE:
            beginning = _START.match(text[place])
            if beginning is None or (self._cut and text[place][0].isspace()):
                place += 1
                continue
            document, taken, spent = _decoded(text, place, beginning.end())
            futile += spent
            if document is not None:
                yield document
            place += taken


def _decoded(text: Sequence[str], place: int, column: int) -> tuple[Any, int, int]:
    """The document that begins there, the number of lines it takes, and the characters that were read in vain.

    An unfinished document is tried again with twice the lines, so that no attempt costs much more than its document.
    """
    taken, spent = 1, 0
    while True:
        piece = "\n".join(text[place : place + taken])
        try:
            document, end = _DECODER.raw_decode(piece, column)
        except json.JSONDecodeError as error:
            if error.pos < len(piece):
                return None, 1, spent + error.pos
            if place + taken >= len(text):
                return None, taken, spent
            taken, spent = 2 * taken, spent + len(piece)
        except RecursionError:
            return None, 1, spent + len(piece)
        else:
            lines, rest = piece.count("\n", 0, end) + 1, piece[end:].partition("\n")[0]
            return (None, 1, spent + end) if rest.strip() else (document, lines, spent)


def fields(value: Any, name: str = "", depth: int = 0) -> Iterator[Measure]:  # noqa: ANN401 - any JSON value
    """Every number in a JSON value, named by its path with dots; ``null`` is the NaN that JSON cannot write.

    A list of numbers is one metric, repeated; a list of objects is named by their names where they have them. An object
    of a ``value`` and its ``unit`` is one metric, and so is a text like ``"42 ms"``.
    """
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        yield from _object(value, name, depth)
    elif isinstance(value, list):
        yield from _array(value, name, depth)
    elif name and (quantity := _scalar(value)) is not None:
        yield Measure(name, quantity)


def _object(value: dict[str, Any], name: str, depth: int) -> Iterator[Measure]:
    number, unit = value.get("value"), value.get("unit")
    if name and _is_number(number) and isinstance(unit, str):
        yield Measure(name, Quantity(float(number), unit))
        return
    for key, inner in value.items():
        yield from fields(inner, f"{name}.{key}" if name else key, depth + 1)


def _array(items: list[Any], name: str, depth: int) -> Iterator[Measure]:
    if items and all(map(_is_number, items)):
        if name:
            yield Measure(name, Quantity(median(map(float, items))))
        return
    for label, item in zip(_labels(items), items, strict=True):
        yield from fields(item, f"{name}.{label}" if name else label, depth + 1)


def _labels(items: list[Any]) -> list[str]:
    """Names of a list's objects: the first usual key that tells all of them apart, else their places."""
    for key in _LABELS:
        labels = [item.get(key) for item in items if isinstance(item, dict)]
        if len(set(map(str, labels))) == len(items) and all(isinstance(label, str) for label in labels):
            return [str(label) for label in labels]
    return [str(place) for place in range(len(items))]


def _is_number(value: Any) -> TypeGuard[float]:  # noqa: ANN401 - any JSON value
    return isinstance(value, float | int) and not isinstance(value, bool)


def _scalar(value: Any) -> Quantity | None:  # noqa: ANN401 - any JSON value
    if value is None:
        return Quantity(math.nan)
    if _is_number(value):
        return Quantity(float(value))
    quantity = parse_quantity(value) if isinstance(value, str) else None
    return quantity if quantity and dimension(quantity.unit) in _TELLING_UNITS else None
