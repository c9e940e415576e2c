"""A marked block in somebody else's text file. Pure: texts in, texts out; outside the marks nothing changes.

The first mark carries who wrote the block and a digest of it, so that an edited block is recognised without any record.
"""

from __future__ import annotations

import hashlib
import re

import msgspec


class Marks(msgspec.Struct, frozen=True):
    """How a comment begins and ends in the file's language."""

    open: str = "<!-- "
    close: str = " -->"

    def begin(self, stamp: str) -> str:
        """The first line."""
        return f"{self.open}autoloop:begin {stamp}{self.close}"

    @property
    def end(self) -> str:
        """The last line."""
        return f"{self.open}autoloop:end{self.close}"

    @property
    def pattern(self) -> re.Pattern[str]:
        """Either line, with the stamp as group 1 of the first."""
        begin, end = re.escape(self.open) + "autoloop:begin ?(.*?)" + re.escape(self.close), re.escape(self.end)
        return re.compile(rf"^(?:{begin}|{end})\r?$", re.MULTILINE)


HTML = Marks()
HASH = Marks("# ", "")


class Block(msgspec.Struct, frozen=True):
    """A block that was found.

    Attributes:
        start: where it begins in the text; ``stop``: behind its last mark, without the line end.
        stamp: what the first mark says.
        body: the lines between, with plain line ends.
    """

    start: int
    stop: int
    stamp: str
    body: str


class BrokenBlockError(ValueError):
    """The marks do not make sense: there is more than one block, or half of one."""


def find(text: str, marks: Marks) -> Block | None:
    """The block in ``text``, or None.

    Raises:
        BrokenBlockError: which marks are where.
    """
    found = list(marks.pattern.finditer(text))
    if not found:
        return None
    kinds = ["end" if one.group().rstrip("\r") == marks.end else "begin" for one in found]
    if kinds != ["begin", "end"]:
        lines = [text.count("\n", 0, one.start()) + 1 for one in found]
        raise BrokenBlockError(", ".join(f"{k} in line {n}" for k, n in zip(kinds, lines, strict=True)))
    first, last = found
    inside = text[first.end() : last.start()].replace("\r\n", "\n").strip("\r\n")
    return Block(first.start(), last.start() + len(marks.end), first[1] or "", inside)


def put(text: str | None, body: str, stamp: str, marks: Marks) -> str:
    """``text`` (None: there is no file) with the block in it: in place of the one that is there, else at the end."""
    newline = "\r\n" if text and "\r\n" in text.partition("\n")[0] + "\n" else "\n"
    block = newline.join([marks.begin(f"{digest(body)} {stamp}"), *body.splitlines(), marks.end])
    if text is None:
        return block + newline
    old = find(text, marks)
    if old is not None:
        return text[: old.start] + block + text[old.stop :]
    if text and not text.endswith("\n"):  # the file goes on having no final newline
        return text + newline * 2 + block
    return text + newline + block + newline


def without(text: str, marks: Marks) -> str | None:
    """``text`` as it was before `put`; None when there is nothing but the block."""
    block = find(text, marks)
    if block is None:
        return text
    before, after = text[: block.start], text[block.stop :]
    if not before and not after.strip("\r\n"):
        return None
    taken = 1 if after else 2
    for _ in range(taken):
        before = before.removesuffix("\n").removesuffix("\r")
    return before + re.sub(r"\A\r?\n", "", after)


def edited(block: Block) -> bool:
    """Whether somebody changed the lines between the marks."""
    return block.stamp.split(" ")[0] != digest(block.body)


def digest(text: str) -> str:
    """A short name for a content."""
    return hashlib.sha256(text.strip().encode("utf-8", "surrogateescape")).hexdigest()[:12]
