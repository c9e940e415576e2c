"""The journal's lines: what one says, how a file of them is read forwards and backwards, and where it is damaged.

A line is one framed JSON object. Its ``prev`` is the sum of the line before it, so that the sums form a hash chain
(Haber and Stornetta 1991): a line can neither be altered, nor removed, nor put elsewhere, unnoticed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import msgspec

from autoloop.store.files import LARGEST
from autoloop.store.frame import SHA_WIDTH, framed, is_whole, sha, stated_end, stated_sum
from autoloop.store.schema import refuse_newer

LOST = "lost"
"""Kind of the line that stands for lines which a rebuild could not save; its number is the last of theirs."""

_CHUNK = 64 * 1024
NO_NOTE = msgspec.Raw(b"null")


class Changes(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a line changed.

    Attributes:
        record: new values of fields of the state record; absent when the line says nothing about it.
        dropped: fields that the record no longer has.
        documents: new documents by name (``baseline``, ``experiments/003-slug``, ``sessions/001-slug``), whole;
            null for one that is no more.
    """

    record: dict[str, msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET
    dropped: tuple[str, ...] = ()
    documents: dict[str, msgspec.Raw] = {}


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the journal.

    Attributes:
        v: version of the format.
        seq: its number; the first is 1, and each is one more than the one before.
        at: Unix time in seconds, for people: order is by ``seq``.
        kind: trigger or name of the note.
        prev: sum of the line before it.
        changes: present exactly on the lines that were waited for: an acknowledged step or a durable note.
        note: anything; not part of the state.
    """

    v: int
    seq: int
    at: float
    kind: str
    prev: str
    changes: Changes | msgspec.UnsetType = msgspec.UNSET
    note: msgspec.Raw = NO_NOTE


class _Version(msgspec.Struct):
    v: int


class Tip(NamedTuple):
    """The end of a sound stretch of the journal: number and sum of its last line, and the offset after it."""

    seq: int
    sum: str
    end: int


class Entry(NamedTuple):
    """A sound line, where it starts, and the tip after it."""

    line: Line
    start: int
    tip: Tip


class UnsoundError(Exception):
    """The journal is not as it was written from ``start`` on."""

    def __init__(self, start: int, why: str) -> None:
        super().__init__(why)
        self.start = start
        self.why = why


GENESIS = Tip(0, "0" * SHA_WIDTH, 0)


def encoded(line: Line) -> bytes:
    """A line as it stands in the file, newline included.

    Raises:
        UnicodeEncodeError: a text in it is not Unicode (a lone surrogate).
    """
    return framed(msgspec.json.encode(line), sha)


def decoded(data: bytes, start: int) -> Line:
    """The line that ``data``, found at offset ``start``, says.

    Raises:
        UnsoundError: it is torn or altered.
        StateError: it was written by a newer AutoLoop.
    """
    if not data.endswith(b"\n"):
        raise UnsoundError(start, "It ends in the middle.")
    if not is_whole(data, sha, SHA_WIDTH):
        raise UnsoundError(start, "Its checksum does not match what it says.")
    try:
        refuse_newer(msgspec.json.decode(data, type=_Version).v, "A line of .autoloop/history.jsonl")
        return msgspec.json.decode(data, type=Line)
    except msgspec.DecodeError as error:
        raise UnsoundError(start, f"It is not a line of AutoLoop's journal ({error}).") from error


def tip_of(data: bytes, line: Line, start: int) -> Tip:
    """The tip after a sound line."""
    return Tip(line.seq, stated_sum(data, SHA_WIDTH), start + len(data))


def follows(line: Line, tip: Tip) -> bool:
    """Whether ``line`` is the next one after ``tip``."""
    in_order = line.seq == tip.seq + 1 or (line.kind == LOST and line.seq > tip.seq)
    return in_order and line.prev == tip.sum


def scan(file: BinaryIO, tip: Tip | None, start: int | None = None) -> Iterator[Entry]:
    """The lines after ``tip``, oldest first, each proven; one line in memory at a time.

    Args:
        file: the journal, opened in binary mode.
        tip: where to go on; None takes the first line's own word for what came before it.
        start: offset to read from, when there is no tip.

    Raises:
        UnsoundError: at the first line that is not sound.
    """
    offset = tip.end if tip else start or 0
    file.seek(offset)
    while data := file.readline(LARGEST):
        line = decoded(data, offset)
        if tip and not follows(line, tip):
            raise UnsoundError(offset, "It does not follow from the line before it.")
        tip = tip_of(data, line, offset)
        yield Entry(line, offset, tip)
        offset = tip.end


def backwards(file: BinaryIO, end: int) -> Iterator[Entry]:
    """The lines before offset ``end``, newest first: the cost is that of those taken, however long the journal is.

    Raises:
        UnsoundError: at the first line, from the end, that is not sound.
    """
    newer: Line | None = None
    for start, data in _raw_backwards(file, end):
        line = decoded(data, start)
        entry = Entry(line, start, tip_of(data, line, start))
        if newer and not follows(newer, entry.tip):
            raise UnsoundError(entry.tip.end, "It does not follow from the line before it.")
        newer = line
        yield entry
    if newer and not follows(newer, GENESIS):
        raise UnsoundError(0, "It is not the first line.")


def _raw_backwards(file: BinaryIO, end: int) -> Iterator[tuple[int, bytes]]:
    start, chunk, rest = end, _CHUNK, b""
    while start:
        step = min(chunk, start)
        start, chunk = start - step, chunk * 2
        file.seek(start)
        rest = file.read(step) + rest
        head, *pieces = rest.split(b"\n")
        if pieces:
            yield from _placed(pieces, start + len(rest))
            rest, chunk = head + b"\n", _CHUNK
        elif len(rest) > LARGEST:
            raise UnsoundError(start, "It has no end.")
    if rest.endswith(b"\n"):
        yield 0, rest


def _placed(pieces: list[bytes], end: int) -> Iterator[tuple[int, bytes]]:
    offset = end - len(pieces.pop())
    for piece in reversed(pieces):
        offset -= len(piece) + 1
        yield offset, piece + b"\n"


def ends_at(file: BinaryIO, tip: Tip) -> bool:
    """Whether the bytes just before ``tip`` are the end of its line; a glance, not a proof."""
    end = stated_end(tip.sum)
    if tip.end < len(end):
        return tip == GENESIS
    file.seek(tip.end - len(end))
    return file.read(len(end)) == end


def line_number(file: BinaryIO, offset: int) -> int:
    """Which line, counted from 1, starts at ``offset``."""
    file.seek(0)
    count = 1
    while offset > 0 and (data := file.read(min(_CHUNK, offset))):
        count += data.count(b"\n")
        offset -= len(data)
    return count


def looks_torn(file: BinaryIO, start: int) -> bool:
    """Whether the rest of the file from ``start`` may be what a crash left of lines nobody had been told of.

    A dead process leaves a line without its end. A power cut may also leave zeros where blocks were not written yet,
    in the last line or in unsynced notes before it. A sound line after the damage that was waited for (it has
    ``changes``) proves that everything before it had been on the disk.
    """
    if file.seek(0, os.SEEK_END) - start > LARGEST:
        return False
    file.seek(start)
    first = file.readline(LARGEST)
    if first.endswith(b"\n") and b"\0" not in first:
        return False
    offset = start + len(first)
    while data := file.readline(LARGEST):
        if _was_waited_for(data, offset):
            return False
        offset += len(data)
    return True


def _was_waited_for(data: bytes, offset: int) -> bool:
    try:
        return decoded(data, offset).changes is not msgspec.UNSET
    except UnsoundError:
        return False
