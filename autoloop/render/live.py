"""Text of what is going on at the moment: the answer of ``--detach`` and ``wait``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.text import Text

from autoloop.render.words import Block, effect
from autoloop.shown import Running
from autoloop.units import counted, format_duration


def running(answer: Running) -> list[Block]:
    """How far another process is."""
    done = f"{answer.samples} of at most {counted(answer.at_most, 'sample')}" if answer.at_most else answer.text
    gain = f", {effect(answer.improvement)} so far" if answer.improvement.percent is not None else ""
    about = f" of about {format_duration(answer.expected)}" if answer.expected else ""
    line = f"{answer.command} is running (process {answer.pid}): {done}{gain}, {format_duration(answer.elapsed)}{about}"
    return [Text(line, style="bold")]


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {Running: running}
