"""The state machine as Mermaid diagrams, from states/workflow.yaml."""

from __future__ import annotations

from autoloop.workflow import Workflow, load, mermaid

_SETTING_UP = {"init", "doctor", "baseline"}
"""Possible again from nearly everywhere; the simple diagram shows the first time."""

_LEFT_OUT = {"session_start", "session_end", "interrupted", "account"}
"""They lead back to where one was."""

_AGAIN = {("keepable", "eval"), ("discardable", "eval"), ("uncertain", "eval")}
"""Measuring anew after another edit; the arrow out of `crashed` stands for them."""


def full() -> str:
    """Every transition."""
    return f"```mermaid\n{mermaid(load()).strip()}\n```"


def simple() -> str:
    """What a person or an agent can do, and the states in which AutoLoop works."""
    table = load()
    lines = ["stateDiagram-v2", f"    [*] --> {table.initial}"]
    for (source, dest), labels in _edges(table).items():
        label = f": {', '.join(labels)}" if labels else ""
        lines.append(f"    {source} --> {dest}{label}")
    working = [name for name, state in table.states.items() if state.kind == "working"]
    lines += ["    classDef working font-style:italic,stroke-dasharray:4", f"    class {','.join(working)} working"]
    return "```mermaid\n" + "\n".join(lines) + "\n```"


def _edges(table: Workflow) -> dict[tuple[str, str], list[str]]:
    """Arrows with the triggers that agents type; the engine's arrows have no words."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, trigger in table.triggers.items():
        for source in (source for outcome in trigger.outcomes for source in outcome.source):
            if not _shown(name, source, trigger.outcomes[0].source[0]):
                continue
            outcomes = trigger.from_state(source)
            for outcome in outcomes[:1] if trigger.by == "agent" else outcomes:
                labels = found.setdefault((source, outcome.dest), [])
                if trigger.by == "agent" and name not in labels:
                    labels.append(name)
    return found


def _shown(trigger: str, source: str, first: str) -> bool:
    if trigger in _LEFT_OUT or (source, trigger) in _AGAIN:
        return False
    if trigger in _SETTING_UP:
        return source == first
    return source != "finalized" or trigger == "pre"
