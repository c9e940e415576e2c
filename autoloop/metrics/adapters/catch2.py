"""C++: the tables that Catch2 prints for ``BENCHMARK`` (versions 2 and 3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from autoloop.metrics.model import Adapter, Measure
from autoloop.units import NUMBER, UNIT, convert, dimension, parse_quantity

_RULER = re.compile(r"-{40,}")
_HEADER = re.compile(r"benchmark name\s+samples\s+iterations\s+est.*")
_CASE = re.compile(rf"(\S.*?)\s+\d+\s+\d+\s+{NUMBER} {UNIT}\s*")
_TIMES = re.compile(rf"\s+({NUMBER} {UNIT})\s+{NUMBER} {UNIT}\s+{NUMBER} {UNIT}\s*")
_NEXT = {"text": "title", "title": "text", "header": "table", "table": "title"}
"""What a ruler begins, by what it ends."""


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    """The mean of each benchmark, named with its test case and sections: ``case > section > name``."""
    part = "text"
    title: list[str] = []
    names: list[str] = []
    for line in output:
        if _RULER.fullmatch(line.strip()):
            part = _NEXT[part]
            title = [] if part == "title" else title
            names = []
        elif _HEADER.fullmatch(line.strip()):
            part = "header"
        elif part == "title":
            title.append(line.strip())
        elif part == "table":
            yield from _mean(line, " > ".join([*title, " ".join(names)]))
            names = _named(line, names)


def _named(line: str, names: list[str]) -> list[str]:
    """The pieces of the name so far: a long one is wrapped, and the row of times ends it."""
    case = _CASE.fullmatch(line)
    if case or (line.strip() and not _TIMES.fullmatch(line)):
        return [*names, case[1] if case else line.strip()]
    return []


def _mean(line: str, name: str) -> Iterator[Measure]:
    """The first number of a row of times, unless it is the row of deviations, before which the name is used up."""
    row = _TIMES.fullmatch(line)
    quantity = parse_quantity(row[1]) if row and not name.endswith(" > ") and name else None
    if quantity is not None and dimension(quantity.unit) == "time":
        yield Measure(name, convert(quantity, "ns"))


ADAPTER = Adapter(lines=_lines)
