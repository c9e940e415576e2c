"""Documents for their readers: from their files, or from the journal where a file is behind or damaged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from autoloop.errors import StateError
from autoloop.paths import Layout
from autoloop.store.derived import Damaged, document_names, number_of, read_document
from autoloop.store.fold import Document, Fold, decoded_as
from autoloop.store.home import check_directory
from autoloop.store.trouble import REBUILD
from autoloop.store.view import View, look, patiently

T = TypeVar("T")


def one(layout: Layout, name: str, view: View | None = None) -> bytes | None:
    """A document, encoded, in today's format; None when there is none."""
    view = view or patiently(lambda: look(layout))
    if view is None:
        return None
    document = view.fold.documents.get(name) or read_document(layout, name)
    if isinstance(document, Damaged):
        return _from_journal(layout, name, document)
    return document.data if document else None


def numbered(layout: Layout, kind: str, number: int, type_: type[T]) -> T | None:
    """The document of a kind with this number, or None."""
    view = patiently(lambda: look(layout))
    for name in _newest_first(layout, kind, view, number):
        if number_of(name) == number and (data := one(layout, name, view)) is not None:
            return decoded_as(data, type_, name)
    return None


def listed(layout: Layout, kind: str, type_: type[T], limit: int | None) -> list[T]:
    """The documents of a kind, highest number first."""
    view = patiently(lambda: look(layout))
    found: list[T] = []
    for name in _newest_first(layout, kind, view):
        if limit is not None and len(found) >= limit:
            break
        if (data := one(layout, name, view)) is not None:
            found.append(decoded_as(data, type_, name))
    return found


def _newest_first(layout: Layout, kind: str, view: View | None, number: int | None = None) -> Iterator[str]:
    """Names of the documents in files and of those that only the journal has yet, each once."""
    if view is None:
        return
    from heapq import merge

    newer = sorted((name for name in view.fold.documents if name.startswith(f"{kind}/")), key=_order, reverse=True)
    filed = document_names(layout, kind, number) if check_directory(layout.home / kind) else ()
    previous = ""
    for name in merge(newer, filed, key=_order, reverse=True):
        if name != previous:
            yield name
        previous = name


def _order(name: str) -> tuple[int, str]:
    return number_of(name), name


def _from_journal(layout: Layout, name: str, damaged: Damaged) -> bytes:
    whole = look(layout, trusting=False)
    document = (whole.fold if whole else Fold()).documents.get(name, Document(0, None))
    if document.data is None:
        raise StateError(
            "document_damaged", f".autoloop/{name}.json is damaged.", why=damaged.why, fix=f"run: {REBUILD}"
        )
    return document.data
