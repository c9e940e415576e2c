"""Ruby: benchmark-ips, by its JSON or by its report, which has five digits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from autoloop.metrics.decode import reports
from autoloop.metrics.model import RESULT_FILE, Adapter, Measure
from autoloop.units import NUMBER, Quantity, parse_number


class _Entry(msgspec.Struct, frozen=True):
    name: str
    ips: float


def _documents(files: Mapping[str, bytes]) -> Iterator[Measure]:
    for _, entries in reports(files, list[_Entry]):
        for entry in entries:
            yield Measure(entry.name, Quantity(entry.ips, "i/s"))


_LINE = re.compile(rf"\s*(?:(\S.*?)\s+)?({NUMBER})([kMBTQ]?)\s+\(±\s*{NUMBER}%\) i/s\b.*")
_THOUSANDS = {"": 1.0, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12, "Q": 1e15}


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    """``name   136.938k (±10.7%) i/s -  43.032k in 0.3s``; a long name stands alone on the line before."""
    previous = ""
    for line in output:
        match = _LINE.fullmatch(line)
        if match:
            value = parse_number(match[2]) * _THOUSANDS[match[3]]
            yield Measure(match[1] or previous.strip(), Quantity(value, "i/s"))
        previous = line


ADAPTER = Adapter(documents=_documents, lines=_lines, globs=(RESULT_FILE,), option=f'x.json!("{RESULT_FILE}")')
