"""Vitest: the file of ``vitest bench --outputJson``, or the table it prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from autoloop.metrics.decode import reports
from autoloop.metrics.model import RESULT_FILE, Adapter, Measure
from autoloop.units import NUMBER, Quantity, parse_number


class _Task(msgspec.Struct, frozen=True):
    name: str
    hz: float | None = None
    mean: float | None = None
    median: float | None = None


class _Group(msgspec.Struct, frozen=True, rename={"full_name": "fullName"}):
    full_name: str
    benchmarks: list[_Task]


class _File(msgspec.Struct, frozen=True):
    groups: list[_Group]


class _Report(msgspec.Struct, frozen=True):
    files: list[_File]


def _documents(files: Mapping[str, bytes]) -> Iterator[Measure]:
    """Median in milliseconds, or the mean in versions without it; a task that failed has neither."""
    for _, report in reports(files, _Report):
        for group in (group for file in report.files for group in file.groups):
            for task in group.benchmarks:
                name = f"{group.full_name} > {task.name}"
                centre = task.mean if task.median is None else task.median
                if centre is not None and task.hz is not None:
                    yield Measure(name, Quantity(centre, "ms"))
                    yield Measure(name, Quantity(task.hz, "ops/s"), "hz")


_SUITE = re.compile(r"\s*[^\w\s]\s+(\S.*?)(?:\s+[0-9.]+m?s)?")
_ROW = re.compile(rf"\s*·\s+(\S.*?)\s{{2,}}({NUMBER})(?:\s+{NUMBER}){{3}}.*")


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    """Operations per second only: the printed times have too few digits to see a change in."""
    suite = ""
    for line in output:
        heading, row = _SUITE.fullmatch(line.rstrip()), _ROW.fullmatch(line)
        if row:
            yield Measure(suite + row[1], Quantity(parse_number(row[2]), "ops/s"), "hz")
        elif heading:
            suite = heading[1] + " > "


ADAPTER = Adapter(documents=_documents, lines=_lines, globs=(RESULT_FILE,), option=f"--outputJson={RESULT_FILE}")
