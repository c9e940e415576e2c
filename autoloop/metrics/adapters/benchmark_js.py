"""Benchmark.js: the lines that ``String(event.target)`` gives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from autoloop.metrics.model import Adapter, Measure
from autoloop.units import NUMBER, Quantity, parse_number

_LINE = re.compile(rf"\s*(\S.*?) x ({NUMBER}) ops/sec\b.*")


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    for line in output:
        match = _LINE.fullmatch(line)
        if match:
            yield Measure(match[1], Quantity(parse_number(match[2]), "ops/s"))


ADAPTER = Adapter(lines=_lines, option="a handler of 'cycle' that prints String(event.target)")
