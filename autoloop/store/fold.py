"""Folding: what the journal's lines, taken together, say the state is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from autoloop.errors import StateError
from autoloop.paths import Layout
from autoloop.store.journal import Changes, Line
from autoloop.store.schema import VERSION, Fields, lifted, lifted_document

BASELINE = "baseline"
_NAME = re.compile(r"baseline|(?:experiments|sessions)/[0-9]{3,12}-[a-z0-9]+(?:-[a-z0-9]+)*")
_NULL = b"null"

T = TypeVar("T")


class Document(NamedTuple):
    """An encoded document as it was written by line ``seq``; None when that line removed it."""

    seq: int
    data: bytes | None


class Fold:
    """The state after some lines of the journal, still encoded.

    Attributes:
        record: the state record's fields, None before the first.
        documents: the documents that these lines changed, by name.

    Args:
        record: the record to go on from.
        version: its format, today's when not said.
    """

    def __init__(self, record: Fields | None = None, version: int | None = None) -> None:
        self.record = record
        self.documents: dict[str, Document] = {}
        self._version = (0 if record is None else VERSION) if version is None else version

    def apply(self, line: Line) -> None:
        """Go one line on.

        Raises:
            StateError: a document's name is not one of ours.
        """
        if isinstance(line.changes, Changes):
            self._lift_to(line.v)
            self._change_record(line.changes)
            for name, raw in line.changes.documents.items():
                self._change_document(name, line, bytes(raw))

    def after(self, line: Line) -> Fold:
        """The state one line on; this one is as before."""
        further = Fold(self.record, self._version)
        further.documents = dict(self.documents)
        further.apply(line)
        return further

    def finish(self) -> Fold:
        """The same in today's format."""
        self._lift_to(VERSION)
        return self

    def _lift_to(self, version: int) -> None:
        if version > self._version:
            if self.record is not None:
                self.record = lifted("record", self._version, self.record, to=version)
            self._version = version

    def _change_record(self, changes: Changes) -> None:
        if isinstance(changes.record, dict):
            kept = {name: raw for name, raw in (self.record or {}).items() if name not in changes.dropped}
            self.record = kept | changes.record

    def _change_document(self, name: str, line: Line, data: bytes) -> None:
        check_name(name)
        whole = None if data == _NULL else lifted_document(name, line.v, data)
        self.documents[name] = Document(line.seq, whole)


def check_name(name: str) -> None:
    """Raise unless ``name`` is a document's: it becomes a path, and must not lead anywhere else."""
    if not is_name(name):
        shown = name.encode("unicode_escape").decode("ascii")[:80]
        raise StateError("bad_document_name", f"{shown} is not the name of a document.", why="", fix="autoloop doctor")


def is_name(name: str) -> bool:
    """Whether ``name`` is a document's."""
    return _NAME.fullmatch(name) is not None


def document_path(layout: Layout, name: str) -> Path:
    """Where the document called ``name`` is kept."""
    return layout.home / f"{name}.json"


def encoded_fields(record: object) -> Fields:
    """The fields of a record, each encoded by itself."""
    return msgspec.json.decode(msgspec.json.encode(record), type=Fields)


def decoded_record(record: Fields | None, type_: type[T]) -> T | None:
    """The record as a ``type_``.

    Raises:
        StateError: it does not fit that type.
    """
    return None if record is None else decoded_as(msgspec.json.encode(record), type_, "The state record")


def decoded_as(data: bytes, type_: type[T], what: str) -> T:
    """An encoded document as a ``type_``.

    Raises:
        StateError: it does not fit that type.
    """
    try:
        return msgspec.json.decode(data, type=type_)
    except msgspec.DecodeError as error:
        raise StateError(
            "state_unreadable",
            f"{what} does not say what this AutoLoop expects.",
            why=f"{error}. The file is whole, so it was written by a different AutoLoop.",
            fix="run the AutoLoop that wrote it, or report this",
        ) from error


def difference(old: Fields | None, new: Fields, documents: Mapping[str, object]) -> Changes:
    """What has to change for ``old`` to become ``new``; documents are written whole, None removes one."""
    before = old or {}
    changed = {name: raw for name, raw in new.items() if name not in before or bytes(before[name]) != bytes(raw)}
    for name in documents:
        check_name(name)
    raw = {name: msgspec.Raw(msgspec.json.encode(each)) for name, each in documents.items()}
    return Changes(changed, tuple(name for name in before if name not in new), raw)
