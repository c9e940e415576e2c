"""Rust: the tree-shaped table that divan prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from autoloop.metrics.model import Adapter, Measure
from autoloop.units import convert, dimension, parse_quantity

_BRANCH = re.compile(r"((?:[│ ]  )*)[├╰]─ (.*)")
_HEADER = re.compile(r"(\S.*?)\s+fastest\s+│ slowest\s+│ median\s+│ mean\s+│ samples\s+│ iters\s*")
_MEDIAN = 2


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    """The median of every leaf, named by the path through the tree: ``crate::group::case``."""
    path: list[str] = []
    for line in output:
        header, branch = _HEADER.fullmatch(line), _BRANCH.match(line)
        if header:
            path = [header[1]]
        elif branch and path:
            name, *cells = re.split(r"\s{2,}", re.sub(r"\s*│\s*", "  ", branch[2].strip()))
            path = [*path[: 1 + len(branch[1]) // 3], name]
            yield from _leaf("::".join(path), cells)


def _leaf(name: str, cells: list[str]) -> Iterator[Measure]:
    quantity = parse_quantity(cells[_MEDIAN]) if len(cells) > _MEDIAN else None
    if quantity is not None and dimension(quantity.unit) == "time":
        yield Measure(name, convert(quantity, "ns"))


ADAPTER = Adapter(lines=_lines)
