"""Makes another tool's experiments part of the history, for ``history``, ``learn`` and ``pre``; wins of no session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from autoloop import interchange
from autoloop.detect import Candidate
from autoloop.errors import RefusedError, UsageError
from autoloop.interchange import Row
from autoloop.model import Experiment
from autoloop.opened import OpenWorkspace
from autoloop.paths import numbered

USUAL = "results.tsv"
_HISTORY = "experiments.jsonl"
_LARGEST = 64 << 20  # characters; nobody has tried that much
_AT_ONCE = 200


class Taken(msgspec.Struct, frozen=True):
    """What was read of another tool; ``candidate`` is its eval, where it said one."""

    source: str
    rows: tuple[Row, ...]
    original: bool = False
    candidate: Candidate | None = None


def take(workspace: OpenWorkspace, named: str) -> Taken:
    """Read the named table, else what the original tool left in ``.autoloop/``, else ``results.tsv``.

    Raises:
        UsageError: ``import_missing`` or ``import_unreadable``.
    """
    history = workspace.layout.home / _HISTORY
    if not named and workspace.store.original():
        rows = _read(history, interchange.read_original) if history.is_file() else ()
        return Taken(f".autoloop/{_HISTORY}", rows, original=True, candidate=_their_eval(workspace.layout.config))
    path = Path(named or workspace.root / USUAL)
    read = interchange.read_original if path.suffix == ".jsonl" else interchange.read_table
    return Taken(path.name, _read(path, read))


def adopt(workspace: OpenWorkspace, taken: Taken, direction: str) -> int:
    """Append the experiments to the history, durably; answers how many there are.

    Raises:
        RefusedError: ``already_imported``.
    """
    store = workspace.store
    if any(one.imported == taken.source for one in store.experiments(Experiment, None)):
        why = "its experiments are in the history already"
        raise RefusedError("already_imported", f"{taken.source} was imported before.", why=why, fix="autoloop history")
    with store.writing("import") as writer:
        record = workspace.record()
        made = interchange.experiments(taken.rows, taken.source, record.counts.total + 1, direction)
        for start in range(0, len(made), _AT_ONCE):
            part = made[start : start + _AT_ONCE]
            counts = record.counts
            more = {"total": counts.total + len(part), "imported": counts.imported + len(part)}
            record = msgspec.structs.replace(record, counts=msgspec.structs.replace(counts, **more))
            documents = {numbered(one.id, one.slug): one for one in part}
            writer.commit("import", record=record, experiments=documents)
    return len(made)


def _read(path: Path, read: Callable[[str], tuple[Row, ...]]) -> tuple[Row, ...]:
    try:
        with path.open(encoding="utf-8") as file:
            return read(file.read(_LARGEST))
    except FileNotFoundError:
        fix = "name the file: autoloop init --import FILE"
        raise UsageError("import_missing", f"There is no {path.name} to import.", why=str(path), fix=fix) from None
    except (OSError, ValueError) as error:
        fix = "mend the file, or import another one: autoloop init --import FILE"
        raise UsageError("import_unreadable", f"{path.name} cannot be imported.", why=str(error), fix=fix) from None


class _Metric(msgspec.Struct):
    name: str
    direction: str
    unit: str | None = None


class _Eval(msgspec.Struct):
    command: str
    timeout: int = 300
    format: str = "metric_lines"
    regex: str | None = None


class _Config(msgspec.Struct):
    metric: _Metric
    eval: _Eval


def _their_eval(path: Path) -> Candidate | None:
    """The original tool's ``[metric]`` and ``[eval]`` as a candidate of ours."""
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=_Config)
    except (OSError, msgspec.DecodeError):
        return None
    kinds = {"metric_lines", "json", "regex"}
    return Candidate(
        command=found.eval.command,
        format=found.eval.format if found.eval.format in kinds else "auto",
        primary_metric=found.metric.name,
        direction=f"{found.metric.direction}_is_better",
        unit=found.metric.unit or "",
        pattern=found.eval.regex or "",
        timeout=f"{found.eval.timeout}s",
        confidence="high",
    )
