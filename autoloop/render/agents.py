"""Text about coding agents: what was installed for them, told to them, used by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.text import Text

from autoloop.payloads import Installed, Steered, UsageAnswer, UsageShown
from autoloop.render.tables import table
from autoloop.render.words import Block, word
from autoloop.units import counted, format_count


def installed(answer: Installed) -> list[Block]:
    """Each file and what became of it; those that are as they should be are only counted."""
    rows = [(word(step.did), step.path) for step in answer.files if step.did != "current"]
    current = len(answer.files) - len(rows)
    blocks: list[Block] = [table("", "", rows=rows)] if rows else []
    if current:
        blocks.append(Text(f"As they should be: {counted(current, 'file')}."))
    return [*blocks, Text(f"for: {', '.join(answer.agents)}", style="dim")]


def spent(usage: UsageShown) -> str:
    """``1.2M tokens (800k from a cache), $3.20``; unknown is said to be unknown."""
    if usage.tokens is None and usage.usd is None:
        return "tokens and cost unknown"
    tokens = "tokens unknown" if usage.tokens is None else f"{format_count(usage.tokens)} tokens"
    cached = f" ({format_count(usage.cached)} from a cache)" if usage.cached else ""
    return tokens + cached + ("" if usage.usd is None else f", ${usage.usd:.2f}")


def ingested(answer: UsageAnswer) -> list[Block]:
    """What was read, and the session's sum."""
    return [Text(f"Read: {spent(answer.usage)}."), Text(f"The session has used: {spent(answer.session)}.")]


def steered(answer: Steered) -> list[Block]:
    """The notes."""
    return [Text(answer.notes.rstrip() or "No notes.")]


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {Installed: installed, UsageAnswer: ingested, Steered: steered}
