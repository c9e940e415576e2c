"""The keys of config.toml, from autoloop.config."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_type_hints

import msgspec

from autoloop.config import Config
from autoloop.config_schema import default_of, plain, sections
from generators.meanings import MEANINGS
from generators.tables import attributes, code, summary, table
from generators.types import words


def reference() -> str:
    """One table for each section."""
    check()
    parts = []
    for name, kind in sections().items():
        title = "[guardrails.NAME]" if name == "guardrails" else f"[{name}]"
        rows = [(code(key), words(hint, null=False), default(value), say) for key, hint, value, say in keys(name, kind)]
        parts.append(f"## `{title}`\n\n{summary(kind)}\n\n{table(('key', 'type', 'default', 'meaning'), rows)}")
    return "\n\n".join(parts)


def keys(section: str, kind: type) -> Iterator[tuple[str, Any, object, str]]:
    """Key, annotation, default and meaning of a section's keys."""
    hints, said = get_type_hints(kind, include_extras=True), attributes(kind)
    for field in msgspec.structs.fields(kind):
        yield (
            field.name,
            hints[field.name],
            default_of(field),
            meaning(f"{section}.{field.name}", said.get(field.name, "")),
        )


def meaning(path: str, said: str = "") -> str:
    """One sentence: the docstring's, else ours.

    Raises:
        KeyError: nobody says what it means.
    """
    text = said or MEANINGS[path]
    return text[0].upper() + text[1:].rstrip(".") + "."


def check() -> None:
    """Every sentence has its key.

    Raises:
        KeyError: one has none any more.
    """
    known = {f"{name}.{field.name}" for name, kind in sections().items() for field in msgspec.structs.fields(kind)}
    gone = MEANINGS.keys() - known - {field.name for field in msgspec.structs.fields(Config)}
    if gone:
        message = f"config.toml has no such key any more: {', '.join(sorted(gone))}"
        raise KeyError(message)


def default(value: object) -> str:
    """A default as it would be written in the file."""
    written = plain(value)
    return "" if written in (None, "", [], {}) else code(msgspec.json.encode(written).decode())
