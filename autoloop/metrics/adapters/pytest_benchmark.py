"""pytest-benchmark: the file of ``--benchmark-json``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from autoloop.metrics.decode import reports
from autoloop.metrics.model import RESULT_FILE, Adapter, Measure
from autoloop.units import Quantity


class _Stats(msgspec.Struct, frozen=True):
    median: float
    mean: float


class _Benchmark(msgspec.Struct, frozen=True):
    fullname: str
    stats: _Stats


class _Report(msgspec.Struct, frozen=True):
    benchmarks: list[_Benchmark]


def _documents(files: Mapping[str, bytes]) -> Iterator[Measure]:
    for _, report in reports(files, _Report):
        for benchmark in report.benchmarks:
            yield Measure(benchmark.fullname, Quantity(benchmark.stats.median, "s"))
            yield Measure(benchmark.fullname, Quantity(benchmark.stats.mean, "s"), "mean")


ADAPTER = Adapter(documents=_documents, globs=(RESULT_FILE,), option=f"--benchmark-json={RESULT_FILE}")
