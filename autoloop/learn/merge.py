"""Refreshing AutoLoop's part of a file that belongs to its user.

The part is what stands between two marker lines. A marker is a whole line, and one inside a closed code fence is only
being talked about. Of several parts, the last one is ours; where there is none that is sound, a new one is appended.
Nothing that stands outside of that part is ever changed, whatever state the markers are in.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

BEGIN = "<!-- autoloop:begin -->"
END = "<!-- autoloop:end -->"
_HEADING = """# Learnings

What is between the two markers is refreshed by `autoloop learn`. Everything else in this file is yours.

"""
_FENCE = re.compile(r"\s*(`{3,}(?=[^`]*$)|~{3,})(.*)")
_COMMENT = re.compile(r"<!--(?=\s*autoloop:)")


def merge(existing: str | None, block: str) -> str:
    """The file's text with ``block`` as AutoLoop's part.

    Args:
        existing: the file as it is, line ends included; None or empty when there is none.
        block: new content of the part; markers and code fences in it are disarmed.
    """
    if not existing:
        return _HEADING + _part(block, "\n") + "\n"
    newline = "\r\n" if "\r\n" in existing or existing.endswith("\r") else "\n"
    lines = existing.split("\n")
    place = _place(lines)
    if place is None:
        return existing + _gap(existing, newline) + _part(block, newline) + newline
    first, last = place
    carriage = "\r" if lines[last].endswith("\r") else ""
    return "\n".join([*lines[:first], _part(block, newline) + carriage, *lines[last + 1 :]])


def _gap(existing: str, newline: str) -> str:
    """What parts an appended part from the text before it: one empty line."""
    if existing.endswith((newline * 2, "\n\n")):
        return ""
    return newline if existing.endswith("\n") else newline * 2


def _part(block: str, newline: str) -> str:
    lines = [_disarmed(line) for line in block.strip("\r\n").splitlines()]
    return newline.join([BEGIN, *lines, END])


def _disarmed(line: str) -> str:
    """The line so that it is neither a marker nor a fence when the file is read again."""
    line = _COMMENT.sub("&lt;!--", line)
    return "\\" + line.lstrip() if _FENCE.match(line) else line


def _place(lines: Sequence[str]) -> tuple[int, int] | None:
    """First and last line of the last sound part: a begin and an end with no other marker between them."""
    fenced = _fenced(lines)
    markers = [
        (number, line.strip())
        for number, line in enumerate(lines)
        if line.strip() in {BEGIN, END} and number not in fenced
    ]
    sound = [(one, other) for (one, begin), (other, end) in itertools.pairwise(markers) if (begin, end) == (BEGIN, END)]
    return sound[-1] if sound else None


def _fenced(lines: Sequence[str]) -> set[int]:
    """Numbers of the lines inside closed code fences (CommonMark 0.31, section 4.5, at any indentation)."""
    inside: set[int] = set()
    opened: tuple[int, str] | None = None
    for number, line in enumerate(lines):
        fence = _FENCE.match(line.rstrip("\r"))
        if fence is None:
            continue
        run, info = fence[1], fence[2]
        if opened is None:
            opened = (number, run)
        elif run.startswith(opened[1]) and not info.strip():
            inside.update(range(opened[0], number + 1))
            opened = None
    return inside
