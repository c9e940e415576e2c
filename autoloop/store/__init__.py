"""The store: the only writer under ``.autoloop/``, and its readers.

The journal ``history.jsonl`` is the truth; ``state.json``, ``experiments/``, ``sessions/`` and ``baseline.json`` are
made from it and can be made again. Readers take no lock; one writer at a time holds ``.autoloop/lock``. Readers pay for
msgspec and nothing slow besides: ``hashlib`` is imported when there is a line of the journal to prove.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from autoloop.errors import StateError
from autoloop.paths import Layout
from autoloop.progress import Live
from autoloop.store import detached, home, live
from autoloop.store.chain import Chain, Event, newest_first, verified
from autoloop.store.derived import TEMPORARY, Rebuilt
from autoloop.store.detached import Outputs, Worker
from autoloop.store.documents import listed, numbered, one
from autoloop.store.files import Io, read, replace
from autoloop.store.fold import BASELINE, decoded_as, decoded_record
from autoloop.store.frozen import Frozen, freeze, put_back
from autoloop.store.live import LiveFile
from autoloop.store.lock import Holder, alone, editing, locked
from autoloop.store.trouble import from_os
from autoloop.store.view import look, patiently
from autoloop.store.writer import Writer

__all__ = ["Chain", "Event", "Frozen", "Holder", "Io", "LiveFile", "Outputs", "Rebuilt", "Store", "Worker", "Writer"]

T = TypeVar("T")


class Store:
    """What AutoLoop knows about one workspace.

    Args:
        layout: where its files are.
        io: does the calls that change the disk; tests pass one that fails.
        clock: Unix time in seconds, for the events' ``at``.
    """

    def __init__(self, layout: Layout, io: Io | None = None, clock: Callable[[], float] = time.time) -> None:
        self.layout = layout
        self._io = io or Io()
        self._clock = clock

    def exists(self) -> bool:
        """Whether anything was ever recorded here, in whatever condition it is.

        Raises:
            StateError: ``.autoloop`` is a link or a file.
        """
        return home.has_state(self.layout)

    def foreign(self) -> str | None:
        """What is in ``.autoloop/`` when another program made it: a description, else None.

        Raises:
            StateError: ``.autoloop`` is a link or a file, or may not be read.
        """
        return home.foreign(self.layout)

    def original(self) -> str | None:
        """What in ``.autoloop/`` the original tool of this name has left, else None; raises as ``foreign``."""
        return home.original(self.layout)

    def set_aside_all(self, name: str) -> Path:
        """Move everything that another program keeps in ``.autoloop/`` into ``backups/``, and answer where to.

        Args:
            name: end of the folder's name.

        Raises:
            StateError: the system refused; what was moved already is in that folder.
            RuntimeError: this is a workspace of ours.
        """
        if home.is_there(self.layout.journal):
            raise RuntimeError(self.layout.journal)
        target = home.backup_path(self.layout, self._io, name)
        home.make_directory(self._io, target)
        try:
            for path in sorted(self.layout.home.iterdir()):
                if path != self.layout.backups:
                    path.rename(target / path.name)
        except OSError as error:
            raise from_os(error, self.layout.home, "moved") from error
        return target

    def load(self, type_: type[T]) -> T | None:
        """The state record, None when nothing was recorded yet. Takes no lock and changes nothing.

        Raises:
            StateError: the files are damaged beyond what can be told safely, unreadable, or from a newer AutoLoop.
        """
        view = patiently(lambda: look(self.layout))
        return None if view is None else decoded_record(view.fold.record, type_)

    @contextmanager
    def writing(
        self, command: str, wait: float = 10.0, on_wait: Callable[[Holder | None], object] | None = None
    ) -> Iterator[Writer]:
        """Hold the lock, recover what a dead writer left, and hand out the writer. Makes ``.autoloop/`` if missing.

        Args:
            command: what others are told is at work.
            wait: seconds to wait for the lock, at most.
            on_wait: called once, with the holder if it is known, when there is somebody to wait for.

        Raises:
            LockedError: somebody else still held the lock after ``wait`` seconds.
            StateError: the files are damaged, unwritable or from a newer AutoLoop. Nothing was changed.
        """
        from autoloop.store.recovery import recovered

        home.make_directory(self._io, self.layout.home)
        with locked(self.layout, command, wait, on_wait) as died:
            writer = Writer(self.layout, self._io, self._clock, [], after_death=died)
            view = recovered(self.layout, self._io, writer.warnings)
            if view:
                writer.start_at(view)
            try:
                yield writer
            finally:
                writer.close()

    def history(self, limit: int | None = None, *, since: int = 0) -> Iterator[Event]:
        """Events, newest first; the cost is that of the events taken, however long the journal is.

        Args:
            limit: how many at most.
            since: only events with a greater number.

        Raises:
            StateError: the journal is damaged at an event that was asked for.
        """
        return newest_first(self.layout, limit, since)

    def experiment(self, number: int, type_: type[T]) -> T | None:
        """One experiment, or None.

        Raises:
            StateError: its file is unreadable or damaged and the journal does not have it.
        """
        return numbered(self.layout, "experiments", number, type_)

    def experiments(self, type_: type[T], limit: int | None = None) -> list[T]:
        """Experiments, newest first; only as many files are opened as are asked for."""
        return listed(self.layout, "experiments", type_, limit)

    def session(self, number: int, type_: type[T]) -> T | None:
        """One session, or None; raises as ``experiment``."""
        return numbered(self.layout, "sessions", number, type_)

    def sessions(self, type_: type[T], limit: int | None = None) -> list[T]:
        """Sessions, newest first."""
        return listed(self.layout, "sessions", type_, limit)

    def baseline(self, type_: type[T]) -> T | None:
        """The baseline, or None; raises as ``experiment``."""
        data = one(self.layout, BASELINE)
        return None if data is None else decoded_as(data, type_, "The baseline")

    # --- who is at work

    def live(self, command: str) -> LiveFile:
        """The file in which this process says what it is at while it does ``command``."""
        return LiveFile(self.layout, self._io, command)

    def at_work(self) -> Live | None:
        """What another process is at here, None when nobody is."""
        return live.at_work(self.layout)

    def hand_over(self, words: tuple[str, ...], start: Callable[[Outputs], int]) -> Worker:
        """Remember the process that ``start`` starts as the one that does the command ``words`` for its caller."""
        return detached.hand_over(self.layout, self._io, words, start)

    def worker(self) -> Worker | None:
        """The detached command that was the last to act here, under way or ended; None when there is none."""
        return detached.worker_of(self.layout)

    def worker_answer(self) -> bytes:
        """What it printed: one JSON document, or nothing yet."""
        return detached.answer_of(self.layout)

    def forget_worker(self) -> None:
        """Take its answer away, unless we are that command."""
        detached.forget(self.layout)

    # --- texts

    def write_text(self, path: Path, text: str) -> None:
        """Replace a text file that no state depends on (learnings, briefs); needs no lock.

        Raises:
            StateError: the system refused; the file is as before.
        """
        self.write_bytes(path, text.encode())

    def write_bytes(self, path: Path, data: bytes) -> None:
        """Replace a file that no state depends on (reports); needs no lock.

        Raises:
            StateError: the system refused; the file is as before.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace(self._io, self.layout.home / f"{TEMPORARY}-{os.getpid()}", path, data, durable=True)
        except OSError as error:
            raise from_os(error, path, "write") from error

    def edit_text(self, path: Path, edit: Callable[[str], str], wait: float = 10.0) -> None:
        """Replace a text file that no state depends on by what ``edit`` makes of it (of nothing when there is none).

        Editors wait for each other and not for the writer of the state: an idea may be noted while one is measured.

        Raises:
            LockedError: another editor was not done within ``wait`` seconds.
            StateError: as ``read_text`` and ``write_text``; the file is as before. So it is when ``edit`` raises.
        """
        home.make_directory(self._io, self.layout.home)
        with editing(self.layout, wait):
            old = self.read_text(path) or ""
            if (new := edit(old)) != old:
                self.write_text(path, new)

    def set_aside(self, path: Path) -> Path:
        """Copy a text file that is about to be replaced to ``backups/``; answers where.

        Raises:
            StateError: it cannot be read, or the system refused.
        """
        copy = home.backup_path(self.layout, self._io, path.name)
        self.write_text(copy, self.read_text(path) or "")
        return copy

    def backups(self, path: Path) -> tuple[Path, ...]:
        """What ``set_aside`` has kept of a file, the newest first."""
        return home.backups_of(self.layout, path.name)

    def read_text(self, path: Path) -> str | None:
        """A text file under ``.autoloop/``, or None when there is none.

        Raises:
            StateError: it is not a regular file, may not be read, or is not UTF-8.
        """
        data = read(path)
        try:
            return None if data is None else data.decode()
        except UnicodeDecodeError as error:
            raise StateError(
                "not_unicode", f"{path.name} is not text in UTF-8.", why=str(error), fix=f"save {path.name} as UTF-8"
            ) from error

    def freeze(self) -> Frozen:
        """AutoLoop's own files as they are, before somebody else gets the floor."""
        return freeze(self.layout)

    def thaw(self, frozen: Frozen) -> tuple[str, ...]:
        """Put back what was changed by anything but the program; answers the names of these files.

        Raises:
            StateError: the system refused.
        """
        return put_back(self.layout, self._io, frozen)

    @contextmanager
    def driving(self, command: str) -> Iterator[None]:
        """Be the only one who drives this workspace from outside.

        Raises:
            LockedError: ``run_in_progress``.
        """
        home.make_directory(self._io, self.layout.home)
        with alone(self.layout.driver, command):
            yield

    def verify_chain(self) -> Chain:
        """Prove every line of the journal, streaming.

        Raises:
            StateError: the journal cannot be read.
        """
        return verified(self.layout)

    def rebuild(self, wait: float = 10.0) -> Rebuilt:
        """Make the derived files anew from the journal, and the journal itself from what is sound in it.

        What is replaced is kept in ``backups/``.

        Raises:
            LockedError: somebody else still held the lock after ``wait`` seconds.
            StateError: there is nothing to rebuild from, or the system refused.
        """
        from autoloop.store.rebuild import rebuilt

        home.make_directory(self._io, self.layout.home)
        with locked(self.layout, "doctor --rebuild", wait, None):
            return rebuilt(self.layout, self._io, self._clock())
