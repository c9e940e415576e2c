"""Reading captured output back without loading it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_LONGEST_LINE = 1024 * 1024
_TAIL_BYTES = 16 * 1024
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movement
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)"  # OSC and its kin: titles, hyperlinks
    r"|\x1b[ -/]*[0-~]",  # all other two- and three-byte escapes
    re.DOTALL,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def tail(path: Path, lines: int = 20, max_bytes: int = _TAIL_BYTES) -> str:
    """The last lines of a file as plain text for a person, read by seeking.

    Terminal escapes and control codes are gone, of a line that was overwritten with carriage returns only the last
    state is left, bytes that are no UTF-8 are replaced. A missing file is an empty text.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - max_bytes))
            raw = file.read(max_bytes)
    except FileNotFoundError:
        return ""
    text = raw.decode("utf-8", "replace").rstrip("\r\n")
    kept = text.split("\n")
    if size > max_bytes and len(kept) > 1:
        kept = kept[1:]  # its beginning was not read
    return "\n".join(plain(line) for line in kept[-lines:])


def plain(line: str) -> str:
    """One line without terminal escapes and control codes, as a terminal would show it in the end."""
    shown = _ESCAPES.sub("", line).rstrip("\r").rpartition("\r")[2]
    return _CONTROLS.sub("", shown)


def lines(path: Path, longest: int = _LONGEST_LINE) -> Iterator[bytes]:
    """The lines of a file one by one, without their newline; of a longer line only the first ``longest`` bytes.

    A missing file has no lines.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        fresh = True
        while piece := file.readline(longest):
            if fresh:
                yield piece.rstrip(b"\n")
            fresh = piece.endswith(b"\n")
