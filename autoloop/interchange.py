"""Other tools' tables of experiments: read into rows, and written from ours. Pure.

A table in the style of autoresearch has the columns ``commit``, the metric, ``memory_gb``, ``status`` (``keep``,
``discard`` or ``crash``) and ``description``, separated by tabs; a crash has the value 0. The original tool of this
name writes one JSON object a line.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from autoloop.model import Baseline, Evaluation, Experiment, ExperimentStatus, GuardrailResult, Improvement
from autoloop.paths import slug

_STATUS: Mapping[str, ExperimentStatus] = {
    "keep": "kept",
    "kept": "kept",
    "discard": "discarded",
    "discarded": "discarded",
    "crash": "crashed",
    "crashed": "crashed",
}
_WRITTEN = {"kept": "keep", "discarded": "discard", "crashed": "crash"}
_COLUMNS = ("commit", "metric", "memory_gb", "status", "description")
_GB = {"_gb": 1.0, "_gib": 1.0, "_mb": 1 / 1024, "_mib": 1 / 1024, "_kb": 1 / 1024**2, "_bytes": 1 / 1024**3}
_MEMORY = ("memory", "rss", "vram", "mem_")


class Row(msgspec.Struct, frozen=True):
    """One experiment of somebody else; ``baseline`` is a row that only says where it began."""

    status: ExperimentStatus
    description: str
    value: float | None = None
    commit: str | None = None
    baseline: bool = False
    reason: str = ""
    paths: tuple[str, ...] = ()
    guardrails: tuple[GuardrailResult, ...] = ()
    at: float = 0.0


# --- writing


def written(experiments: Sequence[Experiment], baseline: Baseline | None, kind: Literal["tsv", "csv"]) -> str:
    """The experiments that ended as a table, the oldest first, after a row for the starting point."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t" if kind == "tsv" else ",", lineterminator="\n", quotechar='"')
    if kind == "tsv":  # its readers split lines at tabs and know no quotes
        writer = csv.writer(out, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
    writer.writerow(["commit", baseline.metric if baseline else "metric", *_COLUMNS[2:]])
    if baseline is not None:
        commit = (baseline.commit or "")[:7]
        writer.writerow([commit, _number(baseline.value), _memory(baseline.metrics), "keep", "baseline"])
    for one in sorted(experiments, key=lambda one: one.id):
        if one.status in _WRITTEN:
            writer.writerow(_row(one))
    return out.getvalue()


def _row(one: Experiment) -> list[str]:
    found = one.evaluation
    commit = (one.commit or (found.tree if found else ""))[:7]
    status, words = _WRITTEN[one.status], " ".join(one.description.split())
    if status == "crash":
        return [commit, "0.000000", "0.0", status, words]
    value = found.value if found else None
    return [commit, "" if value is None else _number(value), _memory(found.metrics if found else {}), status, words]


def _number(value: float) -> str:
    return f"{value:.6f}" if 1e-3 <= abs(value) < 1e9 else f"{value:.9g}"  # noqa: PLR2004 - six decimals say enough


def _memory(metrics: Mapping[str, float]) -> str:
    """Gigabytes, of a metric whose name says that it is memory and in which unit; empty when none does."""
    for name, value in metrics.items():
        plain = name.lower()
        factor = next((factor for ending, factor in _GB.items() if plain.endswith(ending)), None)
        if factor is not None and any(word in plain for word in _MEMORY):
            return f"{value * factor:.1f}"
    return ""


# --- reading


def read_table(text: str) -> tuple[Row, ...]:
    """The rows of a table in the style of autoresearch, with tabs or commas, with a header or in the usual order.

    Further columns are passed over. Raises ``ValueError`` with the number of the line that makes no sense.
    """
    lines = text.lstrip("\ufeff").splitlines()
    first = next((line for line in lines if line.strip()), "")
    kind = "\t" if "\t" in first else ","
    quoting: Literal[0, 3] = csv.QUOTE_NONE if kind == "\t" else csv.QUOTE_MINIMAL
    table = [
        (number, cells)
        for number, cells in enumerate(csv.reader(lines, delimiter=kind, quoting=quoting), 1)
        if any(cells)
    ]
    if not table:
        return ()
    head = [cell.strip().lower() for cell in table[0][1]]
    titled = "status" in head
    columns = _columns(head) if titled else dict(zip(_COLUMNS, range(len(_COLUMNS)), strict=True))
    return tuple(_table_row(number, cells, columns) for number, cells in table[titled:])


def _columns(head: Sequence[str]) -> dict[str, int]:
    """Where the columns are; the metric is the second, whatever it is called."""
    found = {"commit": head.index("commit") if "commit" in head else -1, "status": head.index("status"), "metric": 1}
    found["description"] = head.index("description") if "description" in head else len(head) - 1
    return found


def _table_row(number: int, cells: Sequence[str], columns: Mapping[str, int]) -> Row:
    if len(cells) <= max(columns["status"], columns["metric"]):
        raise ValueError(f"line {number} has {len(cells)} columns")
    status = _STATUS.get(cells[columns["status"]].strip().lower())
    if status is None:
        raise ValueError(f"line {number}: the status is {cells[columns['status']]!r}, not keep, discard or crash")
    words = cells[columns["description"]].strip() if columns["description"] < len(cells) else ""
    value = None if status == "crashed" else _finite(cells[columns["metric"]])
    commit = cells[columns["commit"]].strip() or None if columns["commit"] >= 0 else None
    return Row(status, words, value, commit, baseline=status == "kept" and words.lower().startswith("baseline"))


def _finite(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def read_original(text: str) -> tuple[Row, ...]:
    """The rows of the original tool's ``experiments.jsonl``; a line that was torn off at the end is passed over.

    Raises ``ValueError`` with the number of the line that makes no sense.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    return tuple(row for number, line in lines for row in _original(number, line, last=number == lines[-1][0]))


def _original(number: int, line: str, *, last: bool) -> Iterator[Row]:
    try:
        found = msgspec.json.decode(line, type=_Original)
    except msgspec.DecodeError as error:
        if last:
            return
        raise ValueError(f"line {number}: {error}") from None
    status: ExperimentStatus | None = "kept" if found.status == "baseline" else _STATUS.get(found.status)
    if status is None:
        raise ValueError(f"line {number}: the status is {found.status!r}")
    value = found.metric.value if found.metric and math.isfinite(found.metric.value) else None
    rails = tuple(
        GuardrailResult(rail.name, rail.passed, rail.value, rail.threshold or "", rail.details or "")
        for rail in found.guardrails
    )
    paths = tuple(found.tags.file_paths) if found.tags else ()
    words = found.description or found.diff_summary or f"experiment {found.id}"
    yield Row(
        status,
        words,
        value,
        found.commit_hash,
        found.status == "baseline",
        found.reason or "",
        paths,
        rails,
        _time(found),
    )


class _Metric(msgspec.Struct):
    value: float


class _Tags(msgspec.Struct):
    file_paths: list[str] = []


class _Rail(msgspec.Struct):
    name: str
    passed: bool
    value: float | None = None
    threshold: str | None = None
    details: str | None = None


class _Original(msgspec.Struct):
    status: str
    id: int = 0
    timestamp: str = ""
    description: str | None = None
    reason: str | None = None
    metric: _Metric | None = None
    guardrails: list[_Rail] = []
    tags: _Tags | None = None
    diff_summary: str | None = None
    commit_hash: str | None = None


def _time(found: _Original) -> float:
    try:
        return datetime.fromisoformat(found.timestamp).timestamp()
    except ValueError:
        return 0.0


# --- into our history


def experiments(rows: Iterable[Row], source: str, first: int, direction: str) -> tuple[Experiment, ...]:
    """The rows as experiments numbered from ``first``: history to learn from, with no interval and no certainty.

    Args:
        rows: in the order in which they were tried.
        source: the file they come from; it marks them as imported.
        first: number of the first.
        direction: ``lower_is_better`` or ``higher_is_better``; effects are unknown when it is neither.
    """
    best: float | None = None
    made: list[Experiment] = []
    for row in rows:
        if not row.baseline:
            made.append(_experiment(row, source, first + len(made), _effect(row.value, best, direction), best))
        if row.status == "kept" and row.value is not None:
            best = row.value
    return tuple(made)


def _effect(value: float | None, best: float | None, direction: str) -> Improvement:
    if value is None or not best or direction not in {"lower_is_better", "higher_is_better"}:
        return Improvement()
    gain = 100 * (value - best) / abs(best)
    return Improvement(percent=-gain if direction == "lower_is_better" else gain)


def _experiment(row: Row, source: str, number: int, effect: Improvement, best: float | None) -> Experiment:
    decisions: Mapping[str, Literal["keep", "discard", "crash"]] = {"kept": "keep", "discarded": "discard"}
    decision = decisions.get(row.status, "crash")
    reason = row.reason or f"{decision} in {source}"
    found = Evaluation(
        tree="",
        attempt=1,
        decision=decision,
        reasons=(reason,),
        failures=("guardrail_failed",) if any(rail.passed is False for rail in row.guardrails) else (),
        value=row.value,
        incumbent=best,
        improvement=effect,
        paths=row.paths,
        guardrails=row.guardrails,
    )
    return Experiment(
        id=number,
        slug=slug(row.description),
        session=0,
        description=row.description or f"experiment {number} of {source}",
        opened=row.at,
        before="",
        status=row.status,
        evaluation=found,
        closed=row.at,
        commit=row.commit,
        paths=row.paths,
        reason="" if row.status == "kept" else reason,
        imported=source,
    )
