""".NET: BenchmarkDotNet, by its JSON reports or by the table it prints at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from autoloop.metrics.decode import reports
from autoloop.metrics.model import Adapter, Measure, nested
from autoloop.units import Quantity, convert, dimension, parse_quantity


class _Statistics(msgspec.Struct, frozen=True, rename="pascal"):
    mean: float
    median: float


class _Memory(msgspec.Struct, frozen=True, rename="pascal"):
    bytes_allocated_per_operation: float | None = None


class _Benchmark(msgspec.Struct, frozen=True, rename="pascal"):
    statistics: _Statistics | None = None
    memory: _Memory | None = None
    full_name: str = ""
    type: str = ""
    method: str = ""
    parameters: str = ""

    @property
    def name(self) -> str:
        arguments = f"({self.parameters})" if self.parameters else ""
        return self.full_name or f"{self.type}.{self.method}{arguments}"


class _Report(msgspec.Struct, frozen=True, rename="pascal"):
    benchmarks: list[_Benchmark]


def _documents(files: Mapping[str, bytes]) -> Iterator[Measure]:
    """Median in nanoseconds, and the bytes allocated by one operation; a benchmark that failed has no statistics."""
    for _, report in reports(files, _Report):
        for benchmark in report.benchmarks:
            if benchmark.statistics is not None:
                yield Measure(benchmark.name, Quantity(benchmark.statistics.median, "ns"))
                yield Measure(benchmark.name, Quantity(benchmark.statistics.mean, "ns"), "mean")
            if benchmark.memory is not None and benchmark.memory.bytes_allocated_per_operation is not None:
                yield Measure(
                    benchmark.name, Quantity(benchmark.memory.bytes_allocated_per_operation, "B"), "allocated"
                )


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    """Rows of the table: the median where it has that column, else the mean; what stands before are parameters."""
    headings: list[str] = []
    for line in output:
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if {"Method", "Mean"} <= set(cells):
            headings = cells
        elif headings and len(cells) == len(headings):
            yield from _row(dict(zip(headings, cells, strict=True)))


def _row(row: Mapping[str, str]) -> Iterator[Measure]:
    before = list(row)[: list(row).index("Mean")]
    arguments = ", ".join(f"{heading}={row[heading]}" for heading in before if heading not in {"Method", "Type", "Job"})
    name = f"{row['Method']}({arguments})" if arguments else row["Method"]
    time = parse_quantity(row.get("Median", row["Mean"]))
    size = parse_quantity(row.get("Allocated", ""))
    if time and dimension(time.unit) == "time":
        yield Measure(name, convert(time, "ns"))
    if size and dimension(size.unit) == "bytes":
        binary = size.unit.replace("B", "iB") if len(size.unit) > 1 else size.unit  # its KB has 1024 bytes
        yield Measure(name, convert(Quantity(size.value, binary), "B"), "allocated")


ADAPTER = Adapter(
    documents=_documents,
    lines=_lines,
    globs=nested("BenchmarkDotNet.Artifacts/results/*.json"),
    option="--exporters json --memory",
)
