"""How long candidates are held that were not kept: listed, bounded, and let go only when somebody says so.

A candidate's bytes are its references below ``refs/autoloop/`` and its raw output in ``.autoloop/runs/``. Kept and open
experiments, and the one that ``undo`` could bring back, are never let go; documents and journal stay in any case.
"""

from __future__ import annotations

import os
import shutil
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import msgspec

from autoloop.errors import GitError, RefusedError
from autoloop.model import Experiment, Record
from autoloop.opened import OpenWorkspace
from autoloop.paths import numbered
from autoloop.shown import Held
from autoloop.store import Writer

LOST = {"discarded", "crashed"}


def held(workspace: OpenWorkspace, record: Record) -> tuple[Held, ...]:
    """What is held of each experiment, newest first."""
    prefix = f"refs/autoloop/{record.loop}"
    refs: dict[int, list[str]] = defaultdict(list)
    for ref in workspace.repository.refs(prefix):
        number, _, _ = ref.removeprefix(f"{prefix}/").partition("/")
        if number.isdigit():
            refs[int(number)].append(ref)
    runs = {int(folder.name): folder for folder in workspace.layout.runs.glob("[0-9]*") if folder.name.isdigit()}
    found = (
        (workspace.store.experiment(number, Experiment), sorted(refs.get(number, ())), runs.get(number))
        for number in sorted(refs.keys() | runs.keys(), reverse=True)
    )
    return tuple(
        Held(one.id, one.status, one.description, tuple(names), _size(folder) if folder else 0)
        for one, names, folder in found
        if one is not None
    )


def prunable(record: Record, everything: tuple[Held, ...], limit: int) -> tuple[Held, ...]:
    """What is beyond the limit, newest first."""
    safe = {one.experiment for one in (record.ending,) if one} | {one.id for one in (record.experiment,) if one}
    lost = [one for one in everything if one.status in LOST]
    return tuple(one for one in lost[limit:] if one.id not in safe)


class Pruned(NamedTuple):
    """What went, how many candidates that were not kept are held yet, and whether a killed prune was finished."""

    gone: tuple[Held, ...]
    held: int
    recovered: bool = False


def prune(workspace: OpenWorkspace, limit: int, wait: float = 10.0) -> Pruned:
    """Let candidates beyond the limit go. One that was killed is finished first, and is part of the answer.

    Raises:
        RefusedError: other work is not finished.
        GitError: ``not_writable``; nothing has happened then.
    """
    with workspace.store.writing("prune", wait=wait) as writer:
        workspace.repository.absorb()
        record = workspace.record()
        _check(workspace, record)
        late = _late(workspace, record)
        record = finish(workspace, writer, record, again=True)
        everything = held(workspace, record)
        going = prunable(record, everything, limit)
        if going:
            record = msgspec.structs.replace(record, pruning=tuple(one.id for one in going))
            writer.commit("prune", record=record, experiments=_marked(workspace, going))
            finish(workspace, writer, record)
    left = sum(one.status in LOST for one in everything) - len(going)
    return Pruned((*going, *late), left, recovered=bool(late))


def finish(workspace: OpenWorkspace, writer: Writer, record: Record, *, again: bool = False) -> Record:
    """Let go what is journalled to go; ``again`` when it was an earlier process that began it.

    Raises:
        GitError: git does not let go; the rest goes next time.
    """
    if not record.pruning:
        return record
    repository, prefix = workspace.repository, f"refs/autoloop/{record.loop}"
    if again:
        repository.clear_locks(prefix)
    going = [ref for number in record.pruning for ref in repository.refs(f"{prefix}/{number}")]
    repository.drop(going, again=again)
    for number in record.pruning:
        shutil.rmtree(_raw(workspace, number), ignore_errors=True)
    repository.flush()
    record = msgspec.structs.replace(record, pruning=())
    writer.commit("pruned", record=record)
    return record


def _late(workspace: OpenWorkspace, record: Record) -> tuple[Held, ...]:
    """What an earlier prune was letting go when it was killed, as far as it is still there."""
    found = (workspace.store.experiment(number, Experiment) for number in record.pruning)
    return tuple(
        Held(one.id, one.status, one.description, (), _size(_raw(workspace, one.id)))
        for one in found
        if one is not None
    )


def _raw(workspace: OpenWorkspace, number: int) -> Path:
    return workspace.layout.runs / f"{number:03d}"


def _check(workspace: OpenWorkspace, record: Record) -> None:
    if record.request is not None:
        raise RefusedError(
            "interrupted_work",
            "Other work is not finished.",
            why=f"The state is {record.state}.",
            fix="autoloop resume",
        )
    if not workspace.repository.writable():
        raise GitError(
            "not_writable",
            "Git may not write here.",
            why="Candidates are held by references in the git directory.",
            fix="type it outside the sandbox, in this directory",
        )


def _marked(workspace: OpenWorkspace, going: tuple[Held, ...]) -> dict[str, Experiment]:
    """The documents, saying that their candidate is gone."""
    found = (workspace.store.experiment(one.id, Experiment) for one in going)
    now = time.time()
    return {numbered(one.id, one.slug): msgspec.structs.replace(one, pruned=one.pruned or now) for one in found if one}


def _size(folder: Path) -> int:
    return sum((Path(top) / name).lstat().st_size for top, _, names in os.walk(folder) for name in names)
