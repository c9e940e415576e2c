"""Deno: ``deno bench``, by its JSON or by the table it prints, which has three digits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from autoloop.metrics.decode import reports
from autoloop.metrics.model import Adapter, Measure
from autoloop.units import NUMBER, UNIT, Quantity, convert, dimension, parse_quantity


class _Times(msgspec.Struct, frozen=True):
    avg: float
    p75: float


class _Result(msgspec.Struct, frozen=True):
    ok: _Times | None = None


class _Bench(msgspec.Struct, frozen=True):
    name: str
    results: list[_Result]
    group: str | None = None


class _Report(msgspec.Struct, frozen=True):
    runtime: str
    benches: list[_Bench]


def _documents(files: Mapping[str, bytes]) -> Iterator[Measure]:
    """Average and 75th percentile in nanoseconds; the latter is not moved by a single long pause."""
    for _, report in reports(files, _Report):
        for bench in report.benches:
            for times in (result.ok for result in bench.results if result.ok):
                name = f"{bench.group} > {bench.name}" if bench.group else bench.name
                yield Measure(name, Quantity(times.avg, "ns"))
                yield Measure(name, Quantity(times.p75, "ns"), "p75")


_TIME = rf"({NUMBER} {UNIT})"
_ROW = re.compile(rf"\|\s*(\S.*?)\s*\|\s*{_TIME}\s*\|\s*{NUMBER}\s*\|\s*\([^|]*\)\s*\|\s*{_TIME}\s*\|.*")
_GROUP = re.compile(r"group (\S.*)")


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    """The rows of the tables; a file's name ends a group."""
    group = ""
    for line in output:
        heading, row = _GROUP.fullmatch(line.rstrip()), _ROW.fullmatch(line.strip())
        if heading:
            group = heading[1] + " > "
        elif line.startswith("file://"):
            group = ""
        elif row:
            yield from _time(group + row[1], row[2], "")
            yield from _time(group + row[1], row[3], "p75")


def _time(name: str, text: str, field: str) -> Iterator[Measure]:
    quantity = parse_quantity(text)
    if quantity is not None and dimension(quantity.unit) == "time":
        yield Measure(name, convert(quantity, "ns"), field)


ADAPTER = Adapter(documents=_documents, lines=_lines, option="--json")
