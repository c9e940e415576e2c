"""The one writer: a line in the journal, on the disk, before anything is acknowledged; derived files after it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from autoloop.errors import StateError, UsageError
from autoloop.paths import Layout
from autoloop.store.derived import TEMPORARY, refresh
from autoloop.store.files import LARGEST, Io, replace, write_all
from autoloop.store.fold import BASELINE, Fold, decoded_record, difference, encoded_fields
from autoloop.store.home import make_directory
from autoloop.store.journal import GENESIS, NO_NOTE, Changes, Line, Tip, encoded, tip_of
from autoloop.store.schema import VERSION
from autoloop.store.trouble import from_os, said
from autoloop.store.view import View
from autoloop.undisturbed import undisturbed

T = TypeVar("T")
A = TypeVar("A")
R = TypeVar("R")

_NOTHING: Mapping[str, object] = {}


class _Position(NamedTuple):
    """Where a writer is. One value, replaced in one assignment: a signal never finds half of it.

    Attributes:
        tip: end of the journal.
        synced: end of the part that is known to be on the disk.
        fold: the record at ``tip``, and the documents whose files are not yet as they should be.
    """

    tip: Tip
    synced: Tip
    fold: Fold


class Writer:
    """What may be done to a workspace while its lock is held; made by ``Store.writing``.

    Attributes:
        warnings: what went wrong without loss, a sentence each: a torn line dropped, a derived file not refreshed.
        after_death: the writer before this one died at work.
    """

    def __init__(
        self,
        layout: Layout,
        io: Io,
        clock: Callable[[], float],
        warnings: list[str],
        *,
        after_death: bool = False,
    ) -> None:
        self.warnings = warnings
        self.after_death = after_death
        self._layout = layout
        self._io = io
        self._clock = clock
        self._at = _Position(GENESIS, GENESIS, Fold())
        self._fd: int | None = None
        self._failure: StateError | None = None

    def start_at(self, view: View) -> None:
        """Go on from a recovered state."""
        self._at = _Position(view.tip, view.tip, Fold(view.fold.record))

    def close(self) -> None:
        """Let go of the journal; nothing is pending."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    @property
    def seq(self) -> int:
        """Number of the last line, 0 when there is none."""
        return self._at.tip.seq

    def load(self, type_: type[T]) -> T | None:
        """The record as this writer knows it."""
        return decoded_record(self._at.fold.record, type_)

    def commit(
        self,
        kind: str,
        *,
        record: object,
        experiments: Mapping[str, object] = _NOTHING,
        sessions: Mapping[str, object] = _NOTHING,
        baseline: object = msgspec.UNSET,
        note: object = None,
    ) -> int:
        """Make a step durable, then bring the derived files up to it.

        Args:
            kind: the trigger.
            record: the whole state record; only the fields that differ from the last one are written.
            experiments: whole documents by stem, ``{"003-slug": document}``; None removes one.
            sessions: likewise.
            baseline: the document, or None to remove it.
            note: anything else worth keeping with the event.

        Returns:
            The step's number. When this returns, it is on the disk.

        Raises:
            StateError: it could not be made durable; everything is as before, and this writer is of no more use.
            UsageError: a text in it is not Unicode.
        """
        documents = {f"experiments/{stem}": each for stem, each in experiments.items()}
        documents |= {f"sessions/{stem}": each for stem, each in sessions.items()}
        if baseline is not msgspec.UNSET:
            documents[BASELINE] = baseline
        fields = _unicode(encoded_fields, record)
        changes = _unicode(lambda each: difference(self._at.fold.record, fields, each), documents)
        return self._append(self._line(kind, note, changes), durable=True)

    def note(self, kind: str, data: object, durable: bool = False) -> int:
        """Put a note in the journal; the state is as before.

        Args:
            kind: its name.
            data: what it says.
            durable: wait for the disk. Otherwise the next durable line takes it along; a power cut before that loses
                it, the death of the process does not.

        Returns:
            The note's number.

        Raises:
            StateError: it could not be written.
            UsageError: a text in it is not Unicode.
        """
        changes = Changes() if durable else msgspec.UNSET
        return self._append(self._line(kind, data, changes), durable=durable)

    def write_text(self, path: Path, text: str) -> None:
        """Replace a text file under ``.autoloop/``, durably and in one step."""
        self.write_bytes(path, _unicode(str.encode, text))

    def write_bytes(self, path: Path, data: bytes) -> None:
        """Replace a file under ``.autoloop/``, durably and in one step.

        Raises:
            StateError: the system refused; the file is as before.
            ValueError: ``path`` is somewhere else.
        """
        if ".." in path.relative_to(self._layout.home).parts:
            raise ValueError(path)
        make_directory(self._io, path.parent)
        try:
            replace(self._io, self._layout.home / TEMPORARY, path, data, durable=True)
            self._io.sync_directory(path.parent)
        except OSError as error:
            raise from_os(error, path, "written") from error

    def _line(self, kind: str, note: object, changes: Changes | msgspec.UnsetType) -> Line:
        raw = NO_NOTE if note is None else msgspec.Raw(_unicode(msgspec.json.encode, note))
        tip = self._at.tip
        return Line(VERSION, tip.seq + 1, self._clock(), kind, tip.sum, changes, raw)

    def _append(self, line: Line, *, durable: bool) -> int:
        if self._failure:
            raise self._failure
        data = _unicode(encoded, line)
        if len(data) > LARGEST:
            raise StateError("too_large", f"The event {line.kind} is too large to be recorded.", fix="shorten it")
        tip = tip_of(data, line, self._at.tip.end)
        after = _Position(tip, tip if durable else self._at.synced, self._at.fold.after(line))
        with undisturbed():  # who stops us finds state.json as the journal has it
            self._put(data, durable=durable)
            self._at = after
            if durable:
                self._refresh()
        return line.seq

    def _put(self, data: bytes, *, durable: bool) -> None:
        """Append ``data`` and, when asked, sync; on any failure the journal ends where it is known to be sound."""
        name = self._layout.journal.name
        try:
            fd = self._journal()
            write_all(self._io, fd, data, name)
            if durable:
                self._io.sync(fd, name)
                if not self._at.synced.seq:
                    self._io.sync_directory(self._layout.home)
        except OSError as error:
            self._failure = from_os(error, self._layout.journal, "written")
            self._cut_back(self._at.synced)
            raise self._failure from error
        except BaseException:
            self._cut_back(self._at.tip)
            raise

    def _journal(self) -> int:
        """The descriptor of the journal, which must be the file at its place and end where we left it."""
        path = self._layout.journal
        if self._fd is None:
            self._fd = self._io.append_to(path)
        mine = os.fstat(self._fd)
        if not os.path.lexists(path) or not os.path.samestat(mine, path.lstat()) or mine.st_size != self._at.tip.end:
            self._failure = StateError(
                "journal_changed",
                "The journal .autoloop/history.jsonl was changed by something else during this command.",
                why="Nothing was written to it.",
                fix="find out what writes there, then run: autoloop doctor",
            )
            self.close()
            raise self._failure
        return self._fd

    def _cut_back(self, tip: Tip) -> None:
        """Undo an append; after a failed sync also the unsynced notes before it, which are not to be trusted either."""
        if self._fd is None:
            return
        try:
            self._io.truncate(self._fd, tip.end, self._layout.journal.name)
            self._io.sync(self._fd, self._layout.journal.name)
        except OSError as error:
            self._failure = self._failure or from_os(error, self._layout.journal, "written")

    def _refresh(self) -> None:
        """Bring the files up to what is on the disk in the journal; what fails is tried again at the next step."""
        try:
            refresh(self._layout, self._io, self._at.fold, self._at.tip)
        except StateError as error:
            self.warnings.append(said(error))
        except OSError as error:
            self.warnings.append(said(from_os(error, self._layout.state, "refreshed")))
        else:
            self._at = self._at._replace(fold=Fold(self._at.fold.record))


def _unicode(encode: Callable[[A], R], value: A) -> R:
    try:
        return encode(value)
    except UnicodeEncodeError as error:
        raise UsageError(
            "not_unicode",
            "A text is not valid Unicode and cannot be recorded.",
            why=str(error.reason),
            fix="run the command again with a text in UTF-8",
        ) from error
