"""Rust: the lines that libtest prints for ``cargo bench``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from autoloop.metrics.model import Adapter, Measure
from autoloop.units import NUMBER, Quantity, parse_number

_LINE = re.compile(rf"test (\S.*?)\s+\.\.\. bench:\s+({NUMBER}) ns/iter(?: \(\+/- {NUMBER}\))?(?: = ({NUMBER}) MB/s)?")


def bench_line(line: str) -> Iterator[Measure]:
    """``test name ... bench:   1,234 ns/iter (+/- 56) = 78 MB/s``; other tools can print such lines too."""
    match = _LINE.match(line)
    if match is None:
        return
    yield Measure(match[1], Quantity(parse_number(match[2]), "ns"))
    if match[3]:
        yield Measure(match[1], Quantity(parse_number(match[3]), "MB/s"), "MB/s")


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    for line in output:
        yield from bench_line(line)


ADAPTER = Adapter(lines=_lines, option="+nightly")
