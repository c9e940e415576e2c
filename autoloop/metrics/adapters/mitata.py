"""mitata: the table it prints. Its JSON holds every sample and the sources, many megabytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from autoloop.metrics.model import Adapter, Measure
from autoloop.units import NUMBER, UNIT, convert, dimension, parse_quantity

_ROW = re.compile(rf"(\S.*?)\s{{2,}}({NUMBER} {UNIT})/iter\b.*")
_GROUP = re.compile(r"• (\S.*)")
_RULER = re.compile(r"-{20,}[ -]*")


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    """The average of each row, named with its group, if it has one: ``group > name``; a ruler ends a group."""
    group, rulers = "", 0
    for line in output:
        heading, row = _GROUP.fullmatch(line.strip()), _ROW.match(line)
        if heading:
            group, rulers = heading[1] + " > ", 0
        elif _RULER.fullmatch(line.strip()):
            rulers += 1
            group = group if rulers == 1 else ""
        quantity = parse_quantity(row[2]) if row else None
        if row and quantity and dimension(quantity.unit) == "time":
            yield Measure(group + row[1], convert(quantity, "ns"))


ADAPTER = Adapter(lines=_lines)
