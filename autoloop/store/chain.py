"""The journal for its readers: events newest first, and the proof of the whole chain."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

import msgspec

from autoloop.paths import Layout
from autoloop.store.derived import Checkpoint, read_checkpoint
from autoloop.store.fold import decoded_as
from autoloop.store.home import check_directory
from autoloop.store.journal import GENESIS, Changes, Line, UnsoundError, backwards, looks_torn, scan
from autoloop.store.trouble import from_os
from autoloop.store.view import journal_size, look, open_journal, patiently, raise_damaged

T = TypeVar("T")


class Event(msgspec.Struct, frozen=True):
    """One line of the journal, as readers see it.

    Attributes:
        seq: its number; order is by it.
        at: Unix time in seconds, informative only.
        kind: the trigger or the name of the note.
        step: whether it was waited for: an acknowledged step or a durable note.
        note: the note, decoded to plain values.
        record: fields of the record that changed, decoded to plain values.
        documents: names of the documents that changed.
        raw: the note, still encoded.
    """

    seq: int
    at: float
    kind: str
    step: bool
    note: object
    record: dict[str, object]
    documents: tuple[str, ...]
    raw: msgspec.Raw

    def data(self, type_: type[T]) -> T:
        """The note as a ``type_``.

        Raises:
            StateError: it does not fit that type.
        """
        return decoded_as(bytes(self.raw), type_, f"Event {self.seq} ({self.kind})")


class Chain(msgspec.Struct, frozen=True):
    """Whether the journal is as it was written.

    Attributes:
        ok: every line is sound and follows from the one before; a torn last line is fine, the next writer drops it.
        events: number of sound lines before the first bad one.
        first_bad_line: counted from 1, None when there is none.
        why: what is wrong.
    """

    ok: bool
    events: int
    first_bad_line: int | None = None
    why: str = ""


def newest_first(layout: Layout, limit: int | None, since: int) -> Iterator[Event]:
    """See ``Store.history``."""
    view = patiently(lambda: look(layout))
    if view is None:
        return
    with open_journal(layout) as journal:
        try:
            for entry in islice(backwards(journal, view.tip.end), limit):
                if entry.line.seq <= since:
                    return
                yield event_of(entry.line)
        except UnsoundError as error:
            raise_damaged(journal, error)
        except OSError as error:
            raise from_os(error, layout.journal, "read") from error


def event_of(line: Line) -> Event:
    """A line as readers see it."""
    changes = line.changes if isinstance(line.changes, Changes) else Changes()
    fields = changes.record if isinstance(changes.record, dict) else {}
    return Event(
        seq=line.seq,
        at=line.at,
        kind=line.kind,
        step=isinstance(line.changes, Changes),
        note=msgspec.json.decode(line.note),
        record={name: msgspec.json.decode(raw) for name, raw in fields.items()},
        documents=tuple(changes.documents),
        raw=line.note,
    )


def verified(layout: Layout) -> Chain:
    """See ``Store.verify_chain``."""
    if not check_directory(layout.home):
        return Chain(ok=True, events=0)
    checkpoint = read_checkpoint(layout)
    known = checkpoint.seq if isinstance(checkpoint, Checkpoint) else 0
    events, tip = 0, GENESIS
    if journal_size(layout):
        with open_journal(layout) as journal:
            try:
                for entry in scan(journal, GENESIS):
                    events, tip = events + 1, entry.tip
            except UnsoundError as error:
                if not looks_torn(journal, error.start) or tip.seq < known:
                    return Chain(ok=False, events=events, first_bad_line=events + 1, why=error.why)
    if tip.seq < known:
        return Chain(ok=False, events=events, first_bad_line=events + 1, why=f"It ends before event {known}.")
    return Chain(ok=True, events=events)
