"""airspeed velocity (asv): its results files, or the lines and tables that ``asv run`` prints.

The printed numbers have three digits only; the files have them all.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from autoloop.metrics.decode import reports
from autoloop.metrics.model import Adapter, Measure, nested
from autoloop.units import NUMBER, Quantity, convert, parse_number

_UNITS = {"time": "s", "timeraw": "s", "peakmem": "bytes", "mem": "bytes"}
_LONGEST_TABLE = 10_000
_KIND = re.compile(r"(timeraw|time|peakmem|mem|track)", re.IGNORECASE)


class _Results(msgspec.Struct, frozen=True):
    result_columns: list[str]
    results: dict[str, list[Any] | None]


def _unit(benchmark: str) -> str:
    """Unit by asv's naming rule: ``suite.Class.time_x`` is a time, ``mem_x`` and ``peakmem_x`` are sizes."""
    kind = _KIND.match(benchmark.rpartition(".")[2])
    return _UNITS.get(kind[1].lower(), "") if kind else ""


def _documents(files: Mapping[str, bytes]) -> Iterator[Measure]:
    for _, report in reports(files, _Results):
        for benchmark, row in report.results.items():
            columns = dict(zip(report.result_columns, row or [], strict=False))
            yield from _cases(benchmark, columns.get("result"), columns.get("params") or [])


def _cases(benchmark: str, values: Any, params: Any) -> Iterator[Measure]:  # noqa: ANN401 - any JSON value
    """One measure for each combination of parameters; skipped and failed ones have NaN or null, and are left out."""
    if not isinstance(values, list) or not all(isinstance(choices, list) for choices in params):
        return
    combinations = itertools.product(*params)
    for value, combination in zip(values, combinations, strict=False):
        if isinstance(value, float | int) and math.isfinite(value):
            yield Measure(_case(benchmark, combination), Quantity(float(value), _unit(benchmark)))


def _case(benchmark: str, combination: Iterable[object]) -> str:
    arguments = ", ".join(str(argument).strip("'\"") for argument in combination)
    return f"{benchmark}({arguments})" if arguments else benchmark


_HEAD = re.compile(r"\[\s*[0-9.]+%\]\s+·+\s+(\S+)\s+(\S+)")
_RULER = re.compile(r"\s*=+(?:\s+=+)+\s*")
_THIN_RULER = re.compile(r"\s*-+(?:\s+-+)+\s*")
_VALUE = re.compile(rf"({NUMBER})(?:±{NUMBER})?\s*([nuµμm]?s|[kMGT]?)")
_SIZES = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    """Values beside the benchmark's name, or in a table below it that ends at a blank line."""
    benchmark, table = "", list[str]()
    for line in itertools.chain(output, [""]):
        head = _HEAD.match(line)
        if head and not head[1].startswith("="):
            benchmark = head[1]
            yield from _value(benchmark, benchmark, head[2])
        elif head:
            table = []
        elif line.strip():
            table = [*table[-_LONGEST_TABLE:], line]
        elif table:
            yield from _table(benchmark, table)
            table = []


def _table(benchmark: str, table: list[str]) -> Iterator[Measure]:
    """Rows named by parameters; of two or more parameters the last one's choices head the columns."""
    rulers = [place for place, line in enumerate(table) if _RULER.fullmatch(line)]
    thin = next((place for place, line in enumerate(table) if _THIN_RULER.fullmatch(line)), None)
    if not rulers or thin is None:
        return
    spans = [match.span() for match in re.finditer(r"=+", table[rulers[-1]])]
    fixed = len(table[thin].split()) - 1
    crossed = len(rulers) > 1
    choices = _cells(table[rulers[0] - 1], spans)[fixed:] if crossed else [""]
    for row in table[(rulers[0] if crossed else thin) + 1 : rulers[-1]]:
        cells = _cells(row, spans)
        for choice, cell in zip(choices, cells[fixed:], strict=False):
            yield from _value(benchmark, _case(benchmark, [*cells[:fixed], *filter(None, [choice])]), cell)


def _cells(line: str, spans: Iterable[tuple[int, int]]) -> list[str]:
    return [line[start:end].strip() for start, end in spans]


def _value(benchmark: str, name: str, text: str) -> Iterator[Measure]:
    match = _VALUE.fullmatch(text)
    if match is None:
        return
    value, unit, wanted = parse_number(match[1]), match[2], _unit(benchmark)
    if unit in _SIZES:
        yield Measure(name, Quantity(value * _SIZES[unit], wanted))
    elif wanted == "s":
        yield Measure(name, convert(Quantity(value, unit), wanted))


ADAPTER = Adapter(
    documents=_documents,
    lines=_lines,
    globs=nested(".asv/results/**/*.json", "results/**/*.json"),
    option="--python=same --set-commit-hash $(git rev-parse HEAD)",
)
