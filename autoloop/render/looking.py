"""Text of the commands that show a document: an experiment, a difference, the insights, the machine, a schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from rich.text import Text

from autoloop.learn import Insights, digest
from autoloop.payloads import (
    ConfigShown,
    Learn,
    MachineShown,
    SchemaShown,
)
from autoloop.payloads import Text as PlainText
from autoloop.render.tables import table
from autoloop.render.words import Block, Indented


def learn(answer: Learn) -> list[Block]:
    """Where the insights are, and the weightiest of them."""
    found = msgspec.convert(answer.insights, Insights)
    blocks: list[Block] = [Text(f"Refreshed {answer.file}")]
    for title, lines in digest(found).items():
        blocks.append(Text(title, style="bold"))
        blocks += [Indented(line, mark="- ") for line in lines]
    return blocks


def machine(answer: MachineShown) -> list[Block]:
    """States and triggers as tables."""
    states = answer.workflow["states"]
    triggers = answer.workflow["triggers"]
    if not isinstance(states, dict) or not isinstance(triggers, dict):
        return []
    rows = [(name, state["kind"], state["describe"]) for name, state in states.items()]
    steps = [
        (name, trigger["by"], ", ".join(outcome["source"]), outcome["dest"], ", ".join(outcome["conditions"]))
        for name, trigger in triggers.items()
        for outcome in trigger["outcomes"]
    ]
    return [
        table("state", "kind", "", rows=rows),
        Text(),
        table("trigger", "by", "from", "to", "when", rows=steps),
    ]


def document(answer: SchemaShown | ConfigShown) -> list[Block]:
    """JSON for people."""
    inner = answer.schema if isinstance(answer, SchemaShown) else answer.config
    return [Text(msgspec.json.format(msgspec.json.encode(inner), indent=2).decode())]


def plain(answer: PlainText) -> list[Block]:
    """A text as it is."""
    return [Text(answer.text.rstrip("\n"))]


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {
    Learn: learn,
    MachineShown: machine,
    SchemaShown: document,
    ConfigShown: document,
    PlainText: plain,
}
