"""Elixir: the tables that benchee prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from autoloop.metrics.model import Adapter, Measure
from autoloop.units import NUMBER, UNIT, Quantity, convert, dimension, parse_number, parse_quantity

_INPUT = re.compile(r"#+ With input (\S.*?) #+")
_TIMES = re.compile(r"Name\s+ips\s+average\s+deviation\s+median\b.*")
_MEMORY = re.compile(r"Memory usage statistics:")
_ROW = re.compile(
    rf"(\S.*?)\s{{2,}}{NUMBER}(?: [KMBT])?\s+({NUMBER} {UNIT})\s+±\s*{NUMBER}%\s+({NUMBER} {UNIT})(?:\s.*)?"
)
_SIZE = re.compile(rf"(\S.*?)\s{{2,}}({NUMBER}) (B|KB|MB|GB|TB)\b.*")
_BYTES = {"B": 1.0, "KB": 2.0**10, "MB": 2.0**20, "GB": 2.0**30, "TB": 2.0**40}
"""benchee's own prefixes, which are powers of 1024."""


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    """Median and mean of each job, and the memory it used, named with its input, if it has one: ``input > name``."""
    given, table = "", ""
    for line in output:
        heading = _INPUT.fullmatch(line.strip())
        if heading:
            given = heading[1] + " > "
        elif _TIMES.fullmatch(line.strip()):
            table = "times"
        elif _MEMORY.match(line):
            table = "memory"
        elif line.startswith(("Comparison:", "Extended statistics:", "Reduction count")):
            table = ""
        elif table:
            yield from _times(given, line) if table == "times" else _memory(given, line)


def _times(given: str, line: str) -> Iterator[Measure]:
    row = _ROW.fullmatch(line)
    for text, field in ((row[3], ""), (row[2], "mean")) if row else ():
        quantity = parse_quantity(text)
        if row and quantity is not None and dimension(quantity.unit) == "time":
            yield Measure(given + row[1], convert(quantity, "ns"), field)


def _memory(given: str, line: str) -> Iterator[Measure]:
    row = _SIZE.fullmatch(line)
    if row:
        yield Measure(given + row[1], Quantity(parse_number(row[2]) * _BYTES[row[3]], "B"), "memory")


ADAPTER = Adapter(lines=_lines)
