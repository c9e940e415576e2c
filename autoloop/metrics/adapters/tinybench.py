"""Tinybench: the table of ``console.table(bench.table())``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from autoloop.metrics.model import Adapter, Measure
from autoloop.units import Quantity, parse_quantity

_HEADING = re.compile(
    r"(latency|throughput|average time|ops/sec)\s*(avg|average|med|median)?\s*(?:\((.*)\))?", re.IGNORECASE
)


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    """Rows of the table, named by their task; the median latency where there is one, else the average.

    Since version 3 the headings carry the unit: ``Latency med (ns)``; version 2 has ``ops/sec`` and ``Average Time``.
    """
    headings: list[str] = []
    for line in output:
        cells = [cell.strip().strip("'") for cell in line.strip().strip("│").split("│")]
        if any(cell.lower() == "task name" for cell in cells):
            headings = cells
        elif len(cells) == len(headings) > 1:
            yield from _row(dict(zip(headings, cells, strict=True)))


def _row(row: Mapping[str, str]) -> Iterator[Measure]:
    name = next(value for heading, value in row.items() if heading.lower() == "task name")
    found = dict(number for entry in row.items() for number in _number(*entry))
    time = found.get("latency median") or found.get("latency average")
    rate = found.get("throughput median") or found.get("throughput average")
    if time:
        yield Measure(name, time)
    if rate:
        yield Measure(name, rate, "throughput")


def _number(heading: str, cell: str) -> Iterator[tuple[str, Quantity]]:
    """What a cell is, ``latency median`` say, and its quantity without the spread."""
    match, quantity = _HEADING.fullmatch(heading.lower()), parse_quantity(cell.partition("±")[0])
    if match and quantity:
        middle = "median" if (match[2] or "").startswith("med") else "average"
        is_rate = match[1] in {"ops/sec", "throughput"}
        yield (
            f"{'throughput' if is_rate else 'latency'} {middle}",
            Quantity(quantity.value, "ops/s" if is_rate else match[3] or "ns"),
        )


ADAPTER = Adapter(lines=_lines, option="console.table(bench.table())")
