"""Versions of the stored format: a newer one is refused by name, an older one is lifted, version by version."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from autoloop.errors import StateError

VERSION = 1

Fields = dict[str, msgspec.Raw]
Lift = Callable[[str, Fields], Fields]

LIFTS: dict[int, Lift] = {}
"""``LIFTS[n](name, fields)`` turns a document of version n into version n + 1; its name says which one it is:
``record``, ``baseline``, ``experiments/003-slug`` or ``sessions/001-slug``. Version 1 is the first: nothing to lift."""


class _Peek(msgspec.Struct):
    schema_version: int


def refuse_newer(version: int, where: str) -> None:
    """Raise ``newer_state`` when ``where`` was written by a newer AutoLoop than this one."""
    if version > VERSION:
        raise StateError(
            "newer_state",
            f"{where} has format version {version}; this AutoLoop knows up to {VERSION}.",
            why="It was written by a newer AutoLoop. Nothing was changed.",
            fix="upgrade AutoLoop: pip install --upgrade autoloop-fsm",
        )


def peeked(data: bytes) -> int:
    """The version that a file with unknown framing claims, 0 when it claims none."""
    try:
        return msgspec.json.decode(data, type=_Peek).schema_version
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 0


def lifted(name: str, version: int, fields: Fields, to: int) -> Fields:
    """``fields`` of format ``version`` in format ``to``."""
    for step in range(version, to):
        fields = LIFTS[step](name, fields)
    return fields


def lifted_document(name: str, version: int, document: bytes) -> bytes:
    """As ``lifted``, to today's format, for an encoded document."""
    if version >= VERSION:
        return document
    return msgspec.json.encode(lifted(name, version, msgspec.json.decode(document, type=Fields), VERSION))
