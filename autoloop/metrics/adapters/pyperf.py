"""pyperf: its JSON files, or the lines it prints, which have three digits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from autoloop.metrics.decode import reports
from autoloop.metrics.model import RESULT_FILE, Adapter, Measure
from autoloop.metrics.samples import median
from autoloop.units import QUANTITY, Quantity, convert, dimension, parse_quantity


class _Metadata(msgspec.Struct, frozen=True):
    name: str = ""
    unit: str = "second"


class _Run(msgspec.Struct, frozen=True):
    values: list[float] = []


class _Benchmark(msgspec.Struct, frozen=True):
    runs: list[_Run]
    metadata: _Metadata = _Metadata()


class _Suite(msgspec.Struct, frozen=True):
    benchmarks: list[_Benchmark]
    metadata: _Metadata = _Metadata()


_UNITS = {"second": "s", "byte": "bytes", "integer": ""}


def _documents(files: Mapping[str, bytes]) -> Iterator[Measure]:
    """Every value of every worker process; a file of one benchmark keeps its name beside the benchmarks."""
    for _, report in reports(files, _Suite):
        for benchmark in report.benchmarks:
            name = benchmark.metadata.name or report.metadata.name or "benchmark"
            unit = _UNITS.get(benchmark.metadata.unit, benchmark.metadata.unit)
            values = [value for run in benchmark.runs for value in run.values]
            if values:
                yield Measure(name, Quantity(median(values), unit))


_LINE = re.compile(rf"(?:(.+?): )?Mean \+- std dev: ({QUANTITY}) \+- .*")


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    for line in output:
        match = _LINE.fullmatch(line.strip())
        quantity = parse_quantity(match[2]) if match else None
        if match and quantity and dimension(quantity.unit) == "time":
            yield Measure(match[1] or "benchmark", convert(quantity, "s"))


ADAPTER = Adapter(documents=_documents, lines=_lines, globs=(RESULT_FILE,), option=f"-o {RESULT_FILE}")
