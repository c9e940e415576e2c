"""The JSON documents, from autoloop.envelope and autoloop.payloads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import msgspec

from autoloop import envelope as enveloped
from autoloop import payloads, recalled, watched
from generators.tables import attributes, code, summary, table
from generators.types import words

_COMMANDS: dict[str, type] = {
    "init": payloads.Init,
    "doctor": payloads.Doctor,
    "baseline": payloads.Baselined,
    "session start, session end": payloads.SessionAnswer,
    "session list": payloads.SessionList,
    "pre": payloads.Pre,
    "eval, rerun": payloads.Eval,
    "keep, discard": payloads.Ended,
    "undo": recalled.UndoAnswer,
    "revive": recalled.ReviveAnswer,
    "land": recalled.LandAnswer,
    "prune": recalled.PruneAnswer,
    "resume": payloads.Resumed,
    "wait, eval --detach": payloads.Running,
    "run": payloads.RunAnswer,
    "next": payloads.Next,
    "status": payloads.Status,
    "history": payloads.History,
    "show": payloads.Show,
    "diff": payloads.Diff,
    "idea add, idea list, idea drop": payloads.Ideas,
    "watch": watched.Watch,
    "learn": payloads.Learn,
    "report": payloads.Report,
    "report, export to a file": payloads.ReportFile,
    "export": payloads.Verbatim,
    "reproduce": payloads.Reproduced,
    "finalize": payloads.Finalize,
    "machine": payloads.MachineShown,
    "schema": payloads.SchemaShown,
    "config": payloads.ConfigShown,
    "help": payloads.Help,
    "completion": payloads.Text,
}


def envelope() -> str:
    """The document around every result."""
    return _fields(enveloped.Envelope)


def results() -> str:
    """The result of each command."""
    parts = [f"### {names}\n\n{summary(kind)}\n\n{_fields(kind)}" for names, kind in _COMMANDS.items()]
    return "\n\n".join(parts)


def parts() -> str:
    """Every object that is part of a result, each once, by name."""
    found: dict[str, type] = {}
    for kind in (enveloped.Envelope, *_COMMANDS.values()):
        for part in _inside(kind):
            _collect(part, found)
    named = sorted(found.items())
    return "\n\n".join(f"### {name}\n\n{summary(kind)}\n\n{_fields(kind)}" for name, kind in named)


def _collect(kind: type, found: dict[str, type]) -> None:
    if kind.__name__ in found:
        if found[kind.__name__] is not kind:
            message = f"two objects are called {kind.__name__}"
            raise ValueError(message)
        return
    found[kind.__name__] = kind
    for part in _inside(kind):
        _collect(part, found)


def _inside(kind: type) -> Iterator[type]:
    for hint in get_type_hints(kind).values():
        yield from _structs(hint)


def _structs(hint: Any) -> Iterator[type]:  # noqa: ANN401 - any annotation
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
    for part in get_args(hint):
        yield from _structs(part)


def _fields(kind: type) -> str:
    hints, said = get_type_hints(kind, include_extras=True), attributes(kind)
    named = [field.encode_name for field in msgspec.structs.fields(kind)]
    rows = [(code(name), words(hints[name]), said.get(name, "")) for name in named]
    if not any(row[2] for row in rows):
        return table(("field", "type"), [row[:2] for row in rows])
    return table(("field", "type", "meaning"), rows)
