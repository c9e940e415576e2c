"""The state as it is: the checkpoint and what the journal says beyond it, in memory, without the lock."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from typing import BinaryIO, NamedTuple, NoReturn, TypeVar

from autoloop.errors import StateError
from autoloop.paths import Layout
from autoloop.store.derived import Checkpoint, Damaged, documents_on_disk, read_checkpoint
from autoloop.store.files import open_regular
from autoloop.store.fold import Fold
from autoloop.store.home import check_directory, nothing_here
from autoloop.store.journal import GENESIS, Tip, UnsoundError, ends_at, line_number, looks_torn, scan
from autoloop.store.trouble import REBUILD, from_os, wrong_kind

T = TypeVar("T")

_LOOKS = 2
_PAUSE = 0.02


class View(NamedTuple):
    """The state of a workspace.

    Attributes:
        fold: record, and the documents that differ from their files.
        tip: end of the sound part of the journal.
        size: bytes of the journal; more than ``tip.end`` when its last line is torn.
        checkpoint: what ``state.json`` is.
    """

    fold: Fold
    tip: Tip
    size: int
    checkpoint: Checkpoint | Damaged | None


def look(layout: Layout, *, trusting: bool = True) -> View | None:
    """The state, or None in a workspace that has none yet.

    Args:
        layout: the workspace.
        trusting: go on from the checkpoint; otherwise fold the whole journal.

    Raises:
        StateError: the journal is damaged, missing or behind the checkpoint, or something cannot be read.
    """
    if not check_directory(layout.home):
        return None
    checkpoint = read_checkpoint(layout)
    size = journal_size(layout)
    if not size:
        return _without_journal(layout, checkpoint)
    if trusting and isinstance(checkpoint, Checkpoint):
        if size == checkpoint.journal_bytes:
            return View(checkpoint.fold().finish(), checkpoint.tip, size, checkpoint)
        if size > checkpoint.journal_bytes and (view := _from_checkpoint(layout, checkpoint)):
            return view
    return _from_journal(layout, checkpoint)


def journal_size(layout: Layout) -> int:
    """Bytes of the journal, 0 when there is none.

    Raises:
        StateError: it is not a regular file, or cannot be looked at.
    """
    try:
        found = layout.journal.lstat()
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise from_os(error, layout.journal, "read") from error
    if not stat.S_ISREG(found.st_mode):
        raise wrong_kind(layout.journal, found.st_mode, "a file")
    return found.st_size


def open_journal(layout: Layout) -> BinaryIO:
    """The journal for reading.

    Raises:
        StateError: it is missing, not a regular file, or may not be read.
    """
    fd = open_regular(layout.journal)
    if fd is None:
        raise nothing_here()
    return os.fdopen(fd, "rb")


def _without_journal(layout: Layout, checkpoint: Checkpoint | Damaged | None) -> View | None:
    if isinstance(checkpoint, Damaged):
        raise nothing_here()
    _check_not_behind(layout, checkpoint, 0)
    return None


def _check_not_behind(layout: Layout, checkpoint: Checkpoint | Damaged | None, seq: int) -> None:
    """Derived files are written after the journal: whatever they know, it must know."""
    if isinstance(checkpoint, Checkpoint):
        known, where = checkpoint.seq, ".autoloop/state.json knows"
    else:
        documents = documents_on_disk(layout).values()
        known, where = max((each.seq for each in documents), default=0), "a document in .autoloop/ was made by"
    if seq < known:
        raise StateError(
            "journal_behind",
            f".autoloop/history.jsonl ends at event {seq}, but {where} event {known}.",
            why="The end of the journal is gone: it was cut, replaced or not restored. Nothing was started afresh.",
            fix=f"put the file back from a backup, or go on from what there is: {REBUILD}",
        )


def _from_checkpoint(layout: Layout, checkpoint: Checkpoint) -> View | None:
    try:
        with open_journal(layout) as journal:
            if not ends_at(journal, checkpoint.tip):
                return None
            return _followed(journal, checkpoint.fold(), checkpoint.tip, checkpoint)
    except UnsoundError:
        return None
    except OSError as error:
        raise from_os(error, layout.journal, "read") from error


def _from_journal(layout: Layout, checkpoint: Checkpoint | Damaged | None) -> View:
    try:
        with open_journal(layout) as journal:
            try:
                view = _followed(journal, Fold(), GENESIS, checkpoint)
            except UnsoundError as error:
                raise_damaged(journal, error)
    except OSError as error:
        raise from_os(error, layout.journal, "read") from error
    if isinstance(checkpoint, Damaged) and not view.tip.seq:
        raise nothing_here()
    _check_not_behind(layout, checkpoint, view.tip.seq)
    return view


def _followed(journal: BinaryIO, fold: Fold, tip: Tip, checkpoint: Checkpoint | Damaged | None) -> View:
    try:
        for entry in scan(journal, tip):
            fold.apply(entry.line)
            tip = entry.tip
    except UnsoundError as error:
        if not looks_torn(journal, error.start):
            raise
    return View(fold.finish(), tip, journal.seek(0, os.SEEK_END), checkpoint)


def raise_damaged(journal: BinaryIO, error: UnsoundError) -> NoReturn:
    """Raise the user's error for a damaged line."""
    raise StateError(
        "journal_damaged",
        f"Line {line_number(journal, error.start)} of .autoloop/history.jsonl is damaged.",
        why=f"{error.why} Something other than AutoLoop changed it, or the disk did.",
        fix=f"put the file back from a backup, or save what can be saved: {REBUILD}",
    ) from error


def patiently(looking: Callable[[], T]) -> T:
    """Look again before believing in damage: a reader may have come between two steps of a writer."""
    for _ in range(_LOOKS):
        try:
            return looking()
        except StateError:
            time.sleep(_PAUSE)
    return looking()
