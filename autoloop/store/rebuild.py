"""Rebuilding: a damaged journal from what is sound in it, then every derived file from the journal."""

from __future__ import annotations

import os
from pathlib import Path

from autoloop.errors import StateError
from autoloop.paths import Layout
from autoloop.store.derived import TEMPORARY, Rebuilt, document_names, encoded_checkpoint, encoded_document
from autoloop.store.files import Io, read, replace
from autoloop.store.fold import document_path
from autoloop.store.home import backup_path, make_directory
from autoloop.store.recovery import without_torn_end
from autoloop.store.salvage import salvaged
from autoloop.store.trouble import from_os, shown
from autoloop.store.view import View, look

_SALVAGEABLE = {"journal_damaged", "journal_behind", "journal_missing"}


class _Backups:
    """Where one rebuild keeps what it replaces."""

    def __init__(self, layout: Layout, io: Io) -> None:
        self._layout = layout
        self._io = io
        self.directory: Path | None = None
        self.changed: list[str] = []

    def keep(self, path: Path) -> None:
        """Give ``path``, which is about to be replaced, a second name in the backup."""
        self.changed.append(shown(path))
        if not os.path.lexists(path):
            return
        if self.directory is None:
            self.directory = backup_path(self._layout, self._io, "rebuild")
        place = self.directory / path.relative_to(self._layout.home)
        make_directory(self._io, place.parent)
        self._io.link(path, place)
        self._io.sync_directory(place.parent)


def rebuilt(layout: Layout, io: Io, now: float) -> Rebuilt:
    """See ``Store.rebuild``; the lock is held. Dying anywhere in here leaves the files as before, or rebuilt."""
    backups = _Backups(layout, io)
    warnings: list[str] = []
    try:
        lost = _mend_journal(layout, io, now, backups)
        view = look(layout, trusting=False)
        if view is None:
            raise StateError("nothing_recorded", "Nothing was ever recorded here.", fix="autoloop init")
        view = without_torn_end(layout, io, view, warnings)
        _derive(layout, io, view, backups)
    except OSError as error:
        raise from_os(error, layout.journal, "rebuilt") from error
    documents = sum(document.data is not None for document in view.fold.documents.values())
    backup = shown(backups.directory) if backups.directory else None
    return Rebuilt(view.tip.seq, lost, documents, tuple(backups.changed), backup, tuple(warnings))


def _mend_journal(layout: Layout, io: Io, now: float, backups: _Backups) -> int:
    try:
        look(layout, trusting=False)
    except StateError as error:
        if error.code not in _SALVAGEABLE:
            raise
    else:
        return 0
    new = layout.home / TEMPORARY
    try:
        lost = salvaged(layout, io, now, new)
        backups.keep(layout.journal)
        io.rename(new, layout.journal)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    io.sync_directory(layout.home)
    return lost


def _derive(layout: Layout, io: Io, view: View, backups: _Backups) -> None:
    wanted = {
        document_path(layout, name): encoded_document(document)
        for name, document in view.fold.documents.items()
        if document.data is not None
    }
    for path in _document_files(layout):
        if path not in wanted:
            backups.keep(path)
            io.unlink(path)
    for path, data in {**wanted, layout.state: encoded_checkpoint(view.fold, view.tip)}.items():
        if _content(path) != data:
            backups.keep(path)
            make_directory(io, path.parent)
            replace(io, layout.home / TEMPORARY, path, data, durable=True)
    for directory in (layout.experiments, layout.sessions, layout.home):
        if directory.exists():
            io.sync_directory(directory)


def _document_files(layout: Layout) -> list[Path]:
    names = [*document_names(layout, "experiments"), *document_names(layout, "sessions")]
    baseline = [layout.baseline] if os.path.lexists(layout.baseline) else []
    return baseline + [document_path(layout, name) for name in names]


def _content(path: Path) -> bytes | None:
    try:
        return read(path)
    except StateError as error:
        if error.code != "too_large":
            raise
        return None
