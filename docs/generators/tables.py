"""Markdown tables and the few escapes they need."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence

_ATTRIBUTE = re.compile(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar in a cell is escaped."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(cell(text) for text in line)} |" for line in lines)


def cell(text: str) -> str:
    """Text that stays in one cell."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Text in code marks, nothing for nothing."""
    return f"`{text}`" if text else ""


def summary(kind: type) -> str:
    """The first paragraph of a class's docstring, with Markdown's code marks."""
    text = inspect.getdoc(kind) or ""
    return _marks(" ".join(text.split("\n\n")[0].split()))


def attributes(kind: type) -> dict[str, str]:
    """What the docstring says under ``Attributes:``, by name."""
    _, found, text = (inspect.getdoc(kind) or "").partition("Attributes:\n")
    return {name: _marks(" ".join(words.split())) for name, words in _ATTRIBUTE.findall(text)} if found else {}


def _marks(text: str) -> str:
    return text.replace("``", "`")
