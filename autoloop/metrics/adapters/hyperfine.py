"""hyperfine: the file of ``--export-json``, or the lines it prints, which have three digits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from autoloop.metrics.decode import reports
from autoloop.metrics.model import RESULT_FILE, Adapter, Measure
from autoloop.units import NUMBER, Quantity, convert, dimension, parse_quantity


class _Timing(msgspec.Struct, frozen=True):
    command: str
    median: float
    mean: float
    user: float | None = None
    system: float | None = None


class _Report(msgspec.Struct, frozen=True):
    results: list[_Timing]


def _documents(files: Mapping[str, bytes]) -> Iterator[Measure]:
    for _, report in reports(files, _Report):
        for timing in report.results:
            yield Measure(timing.command, Quantity(timing.median, "s"))
            fields = {"mean": timing.mean, "user": timing.user, "system": timing.system}
            for field, value in fields.items():
                if value is not None:
                    yield Measure(timing.command, Quantity(value, "s"), field)


_COMMAND = re.compile(r"Benchmark (?:#?[0-9]+): (.*)")
_TIME = re.compile(rf"\s+Time \((?:mean|abs) .*?\):\s+({NUMBER} \w+)\b.*")


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    command = "command"
    for line in output:
        heading, time = _COMMAND.fullmatch(line), _TIME.fullmatch(line)
        command = heading[1].strip() if heading else command
        quantity = parse_quantity(time[1]) if time else None
        if quantity is not None and dimension(quantity.unit) == "time":
            yield Measure(command, convert(quantity, "s"))


ADAPTER = Adapter(documents=_documents, lines=_lines, globs=(RESULT_FILE,), option=f"--export-json {RESULT_FILE}")
