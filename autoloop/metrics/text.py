"""Output as clean lines, in bounded memory: terminal codes are gone, undecodable bytes are replaced."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial

LONGEST_LINE = 8 << 20
"""Bytes of one line that are kept; of a longer line only about that much of its end is seen."""
LONGEST_TEXT = 8 << 10
"""Characters up to which a line is searched for names and values; only JSON documents are longer."""
LONGEST_ROW = 1000
"""Characters up to which a line may be one of a benchmark tool's: patterns with gaps cost the square of it."""
_CHUNK = 1 << 18
_SEGMENTS = 1000

_ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, cursor movements
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # window titles, links
    r"|\x1b[@-Z\\^_=>]"
)


def lines(source: Iterable[bytes]) -> Iterator[str]:
    """Clean lines of ``source``: raw lines, chunks cut anywhere, or an open binary file.

    A line keeps its inner carriage returns, see ``segments``; its line end is gone.
    """
    for line in _split(_chunks(source)):
        text = line.removeprefix(BOM_UTF8).decode("utf-8", "replace")
        yield (_ANSI.sub("", text) if "\x1b" in text else text).rstrip("\r")


def _chunks(source: Iterable[bytes]) -> Iterable[bytes]:
    """A file is read in pieces, since iterating over it would load a line of any length."""
    reader = getattr(source, "read", None)
    return iter(partial(reader, _CHUNK), b"") if callable(reader) else source


def _split(chunks: Iterable[bytes]) -> Iterator[bytes]:
    pending: deque[bytes] = deque()
    held = 0
    for chunk in chunks:
        head, newline, rest = chunk.partition(b"\n")
        pending.append(head)
        held += len(head)
        if newline:
            yield b"".join(pending)
            *whole, tail = rest.split(b"\n")
            yield from whole
            pending, held = deque([tail]), len(tail)
        while held - len(pending[0]) > LONGEST_LINE:
            held -= len(pending.popleft())
    if held:
        yield b"".join(pending)


def segments(line: str) -> list[str]:
    """What a terminal showed one after the other on this line: the pieces between carriage returns, none too long."""
    if "\r" not in line:
        return [line] if len(line) <= LONGEST_TEXT else []
    return [piece for piece in line.rsplit("\r", _SEGMENTS) if len(piece) <= LONGEST_TEXT]


def shown(line: str) -> str:
    """What a terminal shows in the end on this line: the last piece that is not blank, unless it is long."""
    return next((piece for piece in reversed(segments(line)) if piece.strip() and len(piece) <= LONGEST_ROW), "")
