"""Go: the lines of ``go test -bench``, as the Go project's benchmark format describes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from autoloop.metrics.model import Adapter, Measure
from autoloop.units import NUMBER, Quantity, parse_number

_LINE = re.compile(r"(Benchmark\S*)\s+[0-9]+\s+(.*)")
_FIELD = re.compile(rf"({NUMBER})\s+(\S+)")
_PROCESSORS = re.compile(r"-[0-9]+$")
_MOST_LINES = 20_000


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    """Every number of every line; the same benchmark again (``-count``) is a repetition of it.

    The trailing ``-8`` is the number of processors and goes when all names have the same one; the package stays in
    front when there are several.
    """
    found = list(islice(_results(output), _MOST_LINES))
    several = len({package for package, _, _ in found}) > 1
    suffixes = {match[0] if (match := _PROCESSORS.search(name)) else "" for _, name, _ in found}
    common = suffixes.pop() if len(suffixes) == 1 else ""
    for package, name, numbers in found:
        plain = name.removesuffix(common)
        yield from _measures(f"{package}.{plain}" if several else plain, numbers)


def _results(output: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    package = ""
    for line in output:
        if line.startswith("pkg:"):
            package = line.removeprefix("pkg:").strip()
        elif match := _LINE.match(line):
            yield package, match[1], match[2]


def _measures(name: str, numbers: str) -> Iterator[Measure]:
    """``ns/op`` is the headline; ``B/op``, ``allocs/op``, ``MB/s`` and reported metrics are fields."""
    for value, unit in _FIELD.findall(numbers):
        yield Measure(name, Quantity(parse_number(value), unit), "" if unit == "ns/op" else unit)


ADAPTER = Adapter(lines=_lines, option="-run '^$' -bench . -benchmem")
