"""Google Benchmark: its JSON, on stdout or in a file, or its console table, which has three digits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from autoloop.metrics.decode import reports
from autoloop.metrics.model import RESULT_FILE, Adapter, Measure
from autoloop.units import NUMBER, Quantity, convert, dimension, parse_number


class _Run(msgspec.Struct, frozen=True):
    name: str
    run_name: str = ""
    run_type: str = "iteration"
    aggregate_name: str = ""
    error_occurred: bool = False
    real_time: float = 0.0
    cpu_time: float = 0.0
    time_unit: str = "ns"
    bytes_per_second: float | None = None
    items_per_second: float | None = None


class _Report(msgspec.Struct, frozen=True):
    benchmarks: list[_Run]


def _documents(files: Mapping[str, bytes]) -> Iterator[Measure]:
    """CPU time of each run; repetitions of a benchmark share its name. Of aggregates alone, the median counts."""
    for _, report in reports(files, _Report):
        sound = [run for run in report.benchmarks if not run.error_occurred and dimension(run.time_unit) == "time"]
        runs = [run for run in sound if run.run_type == "iteration"]
        for run in runs or [run for run in sound if run.aggregate_name == "median"]:
            yield from _run(run.run_name or run.name, run)


def _run(name: str, run: _Run) -> Iterator[Measure]:
    """CPU time is the headline, unless the benchmark says in its name that it goes by the clock."""
    by_clock = name.endswith(("/real_time", "/manual_time"))
    yield Measure(name, convert(Quantity(run.real_time if by_clock else run.cpu_time, run.time_unit), "ns"))
    yield Measure(name, convert(Quantity(run.real_time, run.time_unit), "ns"), "real_time")
    if run.bytes_per_second is not None:
        yield Measure(name, Quantity(run.bytes_per_second, "B/s"), "bytes_per_second")
    if run.items_per_second is not None:
        yield Measure(name, Quantity(run.items_per_second, "items/s"), "items_per_second")


_CONSOLE = re.compile(rf"(\S.*?)\s+({NUMBER}) (\w+)\s+({NUMBER}) (\w+)\s+[0-9]+(?:\s.*)?")
_AGGREGATE = re.compile(r"_(mean|median|stddev|cv|min|max)$")


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    """The console table: name, real time, CPU time, iterations."""
    for line in output:
        match = _CONSOLE.fullmatch(line.strip())
        if match is None or dimension(match[3]) != "time" or dimension(match[5]) != "time":
            continue
        aggregate = _AGGREGATE.search(match[1])
        if aggregate is None or aggregate[1] == "median":
            name = match[1].removesuffix("_median")
            yield from _run(
                name, _Run(name, real_time=parse_number(match[2]), cpu_time=parse_number(match[4]), time_unit=match[3])
            )


ADAPTER = Adapter(
    documents=_documents,
    lines=_lines,
    globs=(RESULT_FILE,),
    option=f"--benchmark_format=json --benchmark_out={RESULT_FILE}",
)
