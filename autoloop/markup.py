"""Markdown that shows a text as it is, whoever wrote it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

HOSTS_LIMIT = 65_536
"""Characters that hosting sites take as the text of a pull request."""

_LONGEST_CELL = 200
_ACTIVE = re.compile(r"([\\`*_\[\]|~$])")


def escaped(text: str) -> str:
    """One line in which nothing is markup, a mention, a link or a reference to an issue."""
    plain = _ACTIVE.sub(r"\\\1", " ".join(text.split()))
    for mark, shown in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("@", "@\u200b"), ("://", ":\u200b//")):
        plain = plain.replace(mark, shown)
    plain = re.sub(r"#(?=\d)", "#\u200b", plain)
    return re.sub(r"^(\d*)([-+#.)])(?=\s|$)", r"\1\\\2", plain)


def cell(text: str) -> str:
    """A text as a cell of a table, cut when it is long."""
    plain = " ".join(text.split())
    return escaped(plain if len(plain) <= _LONGEST_CELL else f"{plain[: _LONGEST_CELL - 1]}…")


def code(text: str) -> str:
    """A text as code, fenced by more backticks than it holds in a row."""
    plain = " ".join(text.split())
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", plain)), default=0))
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{pad}{plain}{pad}{fence}".replace("|", "\\|")


def fenced(text: str, language: str = "") -> str:
    """Lines as a block of code."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; cells are markup already."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def gain(percent: float | None, low: float | None = None, high: float | None = None) -> str:
    """``+12.30 % (90 % interval 10.10 to 14.50)``, or a dash."""
    if percent is None:
        return "-"
    shown = f"{percent:+.2f} %"
    if low is None or high is None or low == high:
        return shown
    return f"{shown} (90 % interval {low:+.2f} to {high:+.2f})"


def fitted(parts: Sequence[str], note: str, limit: int = HOSTS_LIMIT) -> str:
    """The parts that fit, in order, as one text; ``note`` stands for those that do not."""
    text = ""
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if len(text) + len(part) + 2 + (0 if last else len(note) + 2) > limit:
            return f"{text}{note}\n"
        text += f"{part}\n\n"
    return text.rstrip("\n") + "\n"
