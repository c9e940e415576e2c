"""JSON Schema of config.toml. Hand-made around msgspec's: its defaults are of kinds that JSON does not know."""

from __future__ import annotations

from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from autoloop.config import Bytes, Config, Fraction, Seconds
from autoloop.units import format_duration, format_size

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_WRITTEN = {
    Seconds: {"examples": ["10m"], "pattern": r"^[0-9.]+ ?[a-z]*"},
    Fraction: {"examples": ["5%"], "pattern": r"^[0-9.]+ ?%?$"},
    Bytes: {"examples": ["64MiB"], "pattern": r"^[0-9.]+ ?[A-Za-z]*$"},
}


def schema() -> dict[str, Any]:
    """The schema of the whole file; every section and key that the program knows, with its default."""
    properties = {name: _section(name, kind) for name, kind in sections().items()}
    return {
        "$schema": _DRAFT,
        "title": "AutoLoop's config.toml",
        **_object({"schema_version": {"const": 1}, **properties}),
    }


def sections() -> dict[str, type]:
    """Every section of the file and its Struct; `guardrails` is a table of them."""
    hints = get_type_hints(Config)
    inner = {name: get_args(hint)[1] if get_origin(hint) is dict else hint for name, hint in hints.items()}
    return {name: kind for name, kind in inner.items() if isinstance(kind, type)}


def default_of(field: msgspec.structs.FieldInfo) -> object:
    """The default of a key, as the program holds it."""
    return field.default if field.default is not msgspec.NODEFAULT else field.default_factory()


def plain(value: object) -> object:
    """A value as JSON or TOML would hold it."""
    if isinstance(value, Seconds):
        return format_duration(value).replace(" ", "")
    if isinstance(value, Bytes):
        return format_size(value).replace(" ", "")
    if isinstance(value, Fraction):
        return f"{100 * value:g}%"
    return msgspec.to_builtins(value)


def _section(name: str, kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    fields = msgspec.structs.fields(kind)
    section = _object({field.name: _key(hints[field.name], default_of(field)) for field in fields})
    if get_type_hints(Config)[name] is kind:
        return section
    return {"type": "object", "additionalProperties": section}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _key(hint: Any, value: object) -> dict[str, Any]:  # noqa: ANN401 - any annotation
    found = _without_null(msgspec.json.schema(hint, schema_hook=_written))
    known = {} if value is None else {"default": plain(value)}
    return {**found, **known}


def _written(kind: type) -> dict[str, Any]:
    return {"type": ["string", "number"], "minimum": 0, **_WRITTEN[kind]}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """TOML has no null: a key that is not set is left out."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    return kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else schema
