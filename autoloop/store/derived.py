"""Files that can be rebuilt from the journal: ``state.json`` and one file per document.

``state.json`` is a checkpoint: the record, and how much of the journal it stands for. Documents are synced to the disk
before the checkpoint that covers them is written; the checkpoint itself is not synced. Losing it, or finding half of
it, after a power cut costs one reading of the journal and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from autoloop.errors import StateError
from autoloop.paths import Layout
from autoloop.store.files import Io, read, replace
from autoloop.store.fold import BASELINE, Document, Fold, document_path, is_name
from autoloop.store.frame import CRC_WIDTH, crc, framed, is_whole
from autoloop.store.home import make_directory
from autoloop.store.journal import Tip
from autoloop.store.schema import VERSION, Fields, lifted_document, peeked, refuse_newer
from autoloop.store.trouble import from_os, shown

TEMPORARY = ".new"
"""The one temporary name, in ``.autoloop/`` itself: there is one writer, and one place where it may leave litter."""


S = TypeVar("S", bound=msgspec.Struct)


class Checkpoint(msgspec.Struct, frozen=True):
    """What ``state.json`` says.

    Attributes:
        schema_version: version of the format.
        seq: number of the last journal line it covers.
        journal_bytes: offset after that line.
        hash: sum of that line.
        record: the state record, null before the first.
    """

    schema_version: int
    seq: int
    journal_bytes: int
    hash: str
    record: msgspec.Raw

    @property
    def tip(self) -> Tip:
        """The end of the journal it covers."""
        return Tip(self.seq, self.hash, self.journal_bytes)

    def fold(self) -> Fold:
        """The state it stands for."""
        return Fold(msgspec.json.decode(self.record, type=Fields | None), self.schema_version)


class Stored(msgspec.Struct, frozen=True):
    """What a document's file says; ``seq`` is the journal line that wrote it."""

    schema_version: int
    seq: int
    document: msgspec.Raw


class Rebuilt(msgspec.Struct, frozen=True):
    """What a rebuild did.

    Attributes:
        seq: number of the journal's last event.
        lost: events that could not be saved; 0 when the journal was sound.
        documents: documents that the journal holds.
        changed: files that differed and were made anew or moved away, in ``.autoloop/``.
        backup: directory that keeps them as they were, None when there was nothing to keep.
        warnings: a sentence each.
    """

    seq: int
    lost: int
    documents: int
    changed: tuple[str, ...]
    backup: str | None
    warnings: tuple[str, ...]


class Damaged(NamedTuple):
    """A derived file that is not as it was written."""

    why: str


def read_checkpoint(layout: Layout) -> Checkpoint | Damaged | None:
    """The checkpoint, what is wrong with it, or None when there is none.

    Raises:
        StateError: it is not a regular file, may not be read, or is from a newer AutoLoop.
    """
    try:
        data = read(layout.state)
    except StateError as error:
        if error.code != "too_large":
            raise
        return Damaged(error.what)
    return None if data is None else _opened(data, Checkpoint, layout.state)


def _opened(data: bytes, type_: type[S], path: Path) -> S | Damaged:
    refuse_newer(peeked(data), shown(path))
    if not is_whole(data, crc, CRC_WIDTH):
        return Damaged("its checksum does not match what it says" if data else "it is empty")
    try:
        return msgspec.json.decode(data, type=type_)
    except msgspec.DecodeError as error:
        return Damaged(str(error))


def read_document(layout: Layout, name: str) -> Document | Damaged | None:
    """A document from its file, in today's format.

    Raises:
        StateError: it is not a regular file, may not be read, or is from a newer AutoLoop.
    """
    path = document_path(layout, name)
    data = read(path)
    stored = None if data is None else _opened(data, Stored, path)
    if isinstance(stored, Stored):
        return Document(stored.seq, lifted_document(name, stored.schema_version, bytes(stored.document)))
    return stored


def document_names(layout: Layout, kind: str, number: int | None = None) -> Iterator[str]:
    """Names of the documents that have a file, or of those with this number, newest first; none is opened.

    Args:
        layout: the workspace.
        kind: "experiments" or "sessions".
        number: only these; all when not said.

    Raises:
        StateError: the directory may not be read.
    """
    directory = layout.home / kind
    try:
        found = os.listdir(directory)  # noqa: PTH208 - ten times faster over many names
    except FileNotFoundError:
        return
    except OSError as error:
        raise from_os(error, directory, "read") from error
    start = "" if number is None else f"{number:03d}-"
    files = [file for file in found if file.startswith(start) and file.endswith(".json")]
    files.sort(key=lambda file: (file.find("-"), file), reverse=True)  # by number, without taking each apart
    yield from (name for file in files if is_name(name := f"{kind}/{file[:-5]}"))


def documents_on_disk(layout: Layout) -> dict[str, Document]:
    """Every document whose file is sound, by name."""
    names = [BASELINE, *document_names(layout, "experiments"), *document_names(layout, "sessions")]
    found = {name: read_document(layout, name) for name in names}
    return {name: document for name, document in found.items() if isinstance(document, Document)}


def number_of(name: str) -> int:
    """The number in a document's name."""
    return int(name.partition("/")[2].partition("-")[0])


def encoded_document(document: Document) -> bytes:
    """A document's file."""
    stored = Stored(VERSION, document.seq, msgspec.Raw(document.data or b"null"))
    return framed(msgspec.json.encode(stored), crc)


def encoded_checkpoint(fold: Fold, tip: Tip) -> bytes:
    """The content of ``state.json``."""
    record = msgspec.Raw(msgspec.json.encode(fold.record))
    return framed(msgspec.json.encode(Checkpoint(VERSION, tip.seq, tip.end, tip.sum, record)), crc)


def refresh(layout: Layout, io: Io, fold: Fold, tip: Tip) -> None:
    """Bring the derived files up to ``tip``: first the documents, durably, then the checkpoint.

    Raises:
        OSError: what the system said; a file is as before or as after, and the checkpoint covers no missing document.
    """
    for name, document in fold.documents.items():
        _put(layout, io, name, document)
    sync_parents(layout, io, fold.documents)
    replace(io, layout.home / TEMPORARY, layout.state, encoded_checkpoint(fold, tip), durable=False)


def _put(layout: Layout, io: Io, name: str, document: Document) -> None:
    path = document_path(layout, name)
    if document.data is None:
        io.unlink(path)
        return
    make_directory(io, path.parent)
    replace(io, layout.home / TEMPORARY, path, encoded_document(document), durable=True)


def sync_parents(layout: Layout, io: Io, names: Iterable[str]) -> None:
    """Make the names of these documents' files durable."""
    for directory in sorted({document_path(layout, name).parent for name in names}):
        if directory.exists():
            io.sync_directory(directory)
