"""Text about coding agents: what was installed for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.text import Text

from autoloop.payloads import Installed
from autoloop.render.words import Block, table, word


def installed(answer: Installed) -> list[Block]:
    """Each file and what became of it; those that are as they should be are only counted."""
    rows = [(word(step.did), step.path) for step in answer.files if step.did != "current"]
    current = len(answer.files) - len(rows)
    blocks: list[Block] = [table("", "", rows=rows)] if rows else []
    if current:
        blocks.append(Text(f"{current} files are as they should be."))
    return [*blocks, Text(f"for: {', '.join(answer.agents)}", style="dim")]


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {Installed: installed}
