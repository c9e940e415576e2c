"""Saving what is sound in a damaged journal.

Every sound line is kept with its number; a line of kind ``lost`` stands for each gap, so that numbers stay what they
were. What a gap held is taken from the derived files as far as they knew it, and recorded as one last event.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from autoloop.errors import StateError
from autoloop.paths import Layout
from autoloop.store.derived import Checkpoint, Damaged, documents_on_disk, read_checkpoint
from autoloop.store.files import LARGEST, Io, write_all
from autoloop.store.fold import Document, Fold, difference
from autoloop.store.frame import SHA_WIDTH, stated_sum
from autoloop.store.journal import GENESIS, LOST, Line, UnsoundError, decoded, encoded, tip_of
from autoloop.store.schema import VERSION
from autoloop.store.view import journal_size, open_journal

REBUILT = "rebuilt"


def salvaged(layout: Layout, io: Io, now: float, new: Path) -> int:
    """Write the journal as far as it can be saved to ``new``, durably; returns how many events are lost.

    Raises:
        OSError: what the system said.
        StateError: there is nothing to save, or a newer AutoLoop wrote it.
    """
    new.unlink(missing_ok=True)
    fd = io.create(new)
    try:
        salvage = _Salvage(io, fd, read_checkpoint(layout))
        for line, data in _sound_lines(layout):
            salvage.take(line, data)
        salvage.conclude(documents_on_disk(layout), now)
        io.sync(fd, new.name)
    finally:
        os.close(fd)
    return salvage.lost


class _Salvage:
    """The new journal as it grows.

    ``plain`` is what its lines say; ``best`` is what is known beyond them, from the checkpoint.
    """

    def __init__(self, io: Io, fd: int, checkpoint: Checkpoint | Damaged | None) -> None:
        self._io = io
        self._fd = fd
        self._witness = checkpoint if isinstance(checkpoint, Checkpoint) else None
        self._plain = Fold()
        self._best = Fold()
        self._tip = GENESIS
        self.lost = 0

    def take(self, line: Line, data: bytes) -> None:
        """Keep a sound line; one that is out of order is a stray copy."""
        if line.seq <= self._tip.seq:
            return
        if line.seq > self._tip.seq + 1 and line.kind != LOST:
            self._lose_up_to(line.seq - 1, line.at)
        self._hear(before=line.seq)
        self._put(line)
        self._plain.apply(line)
        self._best.apply(line)
        if self._witness and self._witness.seq == line.seq:
            if stated_sum(data, SHA_WIDTH) == self._witness.hash:
                self._best.record = self._witness.fold().record
            self._witness = None

    def conclude(self, on_disk: dict[str, Document], now: float) -> None:
        """Add what only the derived files know."""
        newest = max((document.seq for document in on_disk.values()), default=0)
        newest = max(newest, self._witness.seq if self._witness else 0)
        if newest > self._tip.seq:
            self._lose_up_to(newest, now)
        self._hear(before=newest + 1)
        known = self._plain.documents
        adopted = {name: doc for name, doc in on_disk.items() if name not in known or known[name].seq < doc.seq}
        if self._best.record is None and not adopted:
            raise _nothing()
        documents = {name: msgspec.Raw(doc.data or b"null") for name, doc in adopted.items()}
        changes = difference(self._plain.record, self._best.finish().record or {}, documents)
        note = msgspec.Raw(msgspec.json.encode({"lost": self.lost}))
        self._put(Line(VERSION, self._tip.seq + 1, now, REBUILT, "", changes, note))

    def _hear(self, before: int) -> None:
        """Believe the checkpoint when the line it covers is gone."""
        if self._witness and self._witness.seq < before:
            self._best = self._witness.fold()
            self._witness = None

    def _lose_up_to(self, seq: int, at: float) -> None:
        self.lost += seq - self._tip.seq
        self._put(Line(VERSION, seq, at, LOST, ""))

    def _put(self, line: Line) -> None:
        data = encoded(msgspec.structs.replace(line, prev=self._tip.sum))
        write_all(self._io, self._fd, data, "history.jsonl")
        self._tip = tip_of(data, line, self._tip.end)


def _sound_lines(layout: Layout) -> Iterator[tuple[Line, bytes]]:
    if not journal_size(layout):
        return
    with open_journal(layout) as journal:
        while data := journal.readline(LARGEST):
            try:
                yield decoded(data, 0), data
            except UnsoundError:
                continue


def _nothing() -> StateError:
    return StateError(
        "nothing_recorded",
        "There is nothing in .autoloop/ to rebuild the state from.",
        why="No line of the journal, no state.json and no document is sound.",
        fix="put .autoloop/ back from a backup, or move it away and run: autoloop init",
    )
