"""pytest-codspeed: the result files of its wall-time mode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from autoloop.metrics.decode import reports
from autoloop.metrics.model import Adapter, Measure, nested
from autoloop.units import Quantity


class _Stats(msgspec.Struct, frozen=True):
    median_ns: float


class _Benchmark(msgspec.Struct, frozen=True):
    uri: str
    stats: _Stats


class _Report(msgspec.Struct, frozen=True):
    benchmarks: list[_Benchmark]


def _documents(files: Mapping[str, bytes]) -> Iterator[Measure]:
    for _, report in reports(files, _Report):
        for benchmark in report.benchmarks:
            path, separator, test = benchmark.uri.partition("::")
            # outside a git repository the path is absolute, and would differ between two copies of the work tree
            place = path.rpartition("/")[2] if path.startswith("/") else path
            yield Measure(f"{place}{separator}{test}", Quantity(benchmark.stats.median_ns, "ns"))


ADAPTER = Adapter(documents=_documents, globs=nested(".codspeed/results_*.json"), option="--codspeed")
