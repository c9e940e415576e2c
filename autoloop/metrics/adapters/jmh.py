"""Java: JMH, by its JSON or by the table it prints at the end."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from autoloop.metrics.decode import reports
from autoloop.metrics.model import RESULT_FILE, Adapter, Measure, nested
from autoloop.units import NUMBER, Quantity, parse_number


class _Score(msgspec.Struct, frozen=True, rename="camel"):
    score: float | str
    score_unit: str
    score_percentiles: dict[str, float | str] = {}


class _Run(msgspec.Struct, frozen=True, rename="camel"):
    benchmark: str
    mode: str
    primary_metric: _Score
    secondary_metrics: dict[str, _Score] = {}
    params: dict[str, str] = {}


def _documents(files: Mapping[str, bytes]) -> Iterator[Measure]:
    """The median of the iterations of each benchmark; a mode other than the first of a benchmark is a field of it.

    The unit tells the direction: ``ops/s`` in mode ``thrpt``, time per operation in the others.
    """
    modes: dict[str, str] = {}
    for _, runs in reports(files, list[_Run]):
        for run in runs:
            parameters = ", ".join(f"{name}={value}" for name, value in run.params.items())
            name = f"{run.benchmark}({parameters})" if parameters else run.benchmark
            first = modes.setdefault(name, run.mode) == run.mode
            yield Measure(name, _median(run.primary_metric), "" if first else run.mode)
            for field, score in run.secondary_metrics.items():
                yield Measure(name, Quantity(_number(score.score), score.score_unit), field.removeprefix("·"))


def _median(metric: _Score) -> Quantity:
    """The median of the iterations, else the score, which is their mean."""
    centre = _number(metric.score_percentiles.get("50.0", metric.score))
    return Quantity(centre if math.isfinite(centre) else _number(metric.score), metric.score_unit)


def _number(value: float | str) -> float:
    """JMH writes the text ``"NaN"`` where it has no number."""
    return float(value) if isinstance(value, float) or value in {"NaN", "Infinity", "-Infinity"} else math.nan


_HEADER = re.compile(r"Benchmark\s+(.*?)Mode\s+Cnt\s+Score\s+Error\s+Units")
_ROW = re.compile(rf"(\S+)\s+(.*?)(thrpt|avgt|sample|ss)\s+(?:[0-9]+\s+)?[≈]?\s*({NUMBER})(?:\s+±\s+\S+)?\s+(\S+)")


def _lines(output: Iterable[str]) -> Iterator[Measure]:
    """Rows of the last table, whose first columns are the parameters in parentheses."""
    parameters: list[str] | None = None
    modes: dict[str, str] = {}
    for line in output:
        header, row = _HEADER.fullmatch(line.strip()), _ROW.fullmatch(line.strip())
        if header:
            parameters = [name.strip("()") for name in header[1].split()]
        elif row and parameters is not None:
            benchmark, _, field = row[1].partition(":")
            arguments = ", ".join(
                f"{key}={value}" for key, value in zip(parameters, row[2].split(), strict=False) if value != "N/A"
            )
            name = f"{benchmark}({arguments})" if arguments else benchmark
            first = modes.setdefault(name, row[3]) == row[3]
            field = field.removeprefix("·") or ("" if first else row[3])
            yield Measure(name, Quantity(parse_number(row[4]), row[5]), field)


ADAPTER = Adapter(
    documents=_documents,
    lines=_lines,
    globs=(RESULT_FILE, *nested("build/results/jmh/*.json")),
    option=f"-rf json -rff {RESULT_FILE}",
)
