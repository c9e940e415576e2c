"""Rust: Criterion.rs, by its estimate files or by the lines it prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from autoloop.metrics.adapters.libtest import bench_line
from autoloop.metrics.decode import decode, reports
from autoloop.metrics.model import Adapter, Measure, nested
from autoloop.units import NUMBER, Quantity, convert, dimension, parse_number


class _Estimate(msgspec.Struct, frozen=True):
    point_estimate: float


class _Estimates(msgspec.Struct, frozen=True):
    mean: _Estimate
    median: _Estimate


class _Identity(msgspec.Struct, frozen=True):
    full_id: str


_DIRECTORY = re.compile(r"(?:.*?criterion/)?(.*?)/?(?:new/)?estimates\.json")


def _documents(files: Mapping[str, bytes]) -> Iterator[Measure]:
    """Estimates in nanoseconds; the name is that of the benchmark's own file beside them, else of its directory.

    Directories of other runs (``base``, ``change``) are passed over.
    """
    for path, report in reports({path: data for path, data in files.items() if _is_new(path)}, _Estimates):
        identity = decode(files.get(path.replace("estimates.json", "benchmark.json"), b""), _Identity)
        directory = _DIRECTORY.fullmatch(path)
        name = identity.full_id if identity else (directory[1] if directory else path)
        yield Measure(name or "benchmark", Quantity(report.median.point_estimate, "ns"))
        yield Measure(name or "benchmark", Quantity(report.mean.point_estimate, "ns"), "mean")


def _is_new(path: str) -> bool:
    return path.endswith("estimates.json") and not path.endswith(("/base/estimates.json", "/change/estimates.json"))


_INTERVAL = re.compile(rf"(\S.*?)?\s*time:\s+\[{NUMBER}\s\S+\s({NUMBER})\s(\S+)\s{NUMBER}\s\S+\]")


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    """``name  time:   [low estimate high]``; a long name stands alone on the line before."""
    previous = ""
    for line in output:
        match = _INTERVAL.match(line)
        if match and dimension(match[3]) == "time":
            name = match[1] or previous.strip()
            yield Measure(name, convert(Quantity(parse_number(match[2]), match[3]), "ns"))
        yield from bench_line(line)
        previous = line


ADAPTER = Adapter(
    documents=_documents,
    lines=_lines,
    globs=nested("target/criterion/**/new/estimates.json", "target/criterion/**/new/benchmark.json"),
)
