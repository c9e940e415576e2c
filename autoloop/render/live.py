"""Text of what is going on at the moment: the answer of ``--detach`` and ``wait``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.text import Text

from autoloop.render.words import Block, effect
from autoloop.shown import Running
from autoloop.ticker import lasted
from autoloop.units import counted


def running(answer: Running) -> list[Block]:
    """How far another process is."""
    done = f"{answer.samples} of at most {counted(answer.at_most, 'sample')}" if answer.at_most else answer.text
    gain = f", {effect(answer.improvement)} so far" if answer.improvement.percent is not None else ""
    time = lasted(answer.elapsed, answer.expected)
    line = f"{answer.command} is running (process {answer.pid}): {done}{gain}, {time}"
    return [Text(line, style="bold")]


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {Running: running}
