"""JSON Schemas for editors, with the sentences of the reference as descriptions."""

from __future__ import annotations

import json
from typing import Any, get_type_hints

import msgspec

from autoloop import workflow as declared
from autoloop.config import Bytes, Config, Fraction, Seconds
from generators.configuration import keys, meaning, plain, sections
from generators.tables import summary

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_WRITTEN = {
    Seconds: {"examples": ["10m"], "pattern": r"^[0-9.]+ ?[a-z]*"},
    Fraction: {"examples": ["5%"], "pattern": r"^[0-9.]+ ?%?$"},
    Bytes: {"examples": ["64MiB"], "pattern": r"^[0-9.]+ ?[A-Za-z]*$"},
}


def config() -> str:
    """Schema of .autoloop/config.toml."""
    properties = {name: _section(name, kind) for name, kind in sections().items()}
    version = {"const": 1, "description": meaning("schema_version")}
    return _document("AutoLoop's config.toml", summary(Config), {"schema_version": version, **properties})


def workflow() -> str:
    """Schema of states/workflow.yaml."""
    return json.dumps({"$schema": _DRAFT, **declared.schema()}, indent=2) + "\n"


def _document(title: str, text: str, properties: dict[str, Any]) -> str:
    return json.dumps({"$schema": _DRAFT, "title": title, "description": text, **_object(properties)}, indent=2) + "\n"


def _section(name: str, kind: type) -> dict[str, Any]:
    properties = {key: _key(hint, value, say) for key, hint, value, say in keys(name, kind)}
    section = {"description": summary(kind), **_object(properties)}
    if get_type_hints(Config)[name] is kind:
        return section
    return {"type": "object", "description": meaning(name), "additionalProperties": section}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _key(hint: Any, value: object, say: str) -> dict[str, Any]:  # noqa: ANN401 - any annotation
    found = _without_null(msgspec.json.schema(hint, schema_hook=_written))
    known = {} if value is None else {"default": plain(value)}
    return {"description": say, **found, **known}


def _written(kind: type) -> dict[str, Any]:
    return {"type": ["string", "number"], "minimum": 0, **_WRITTEN[kind]}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """TOML has no null: a key that is not set is left out."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    return kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else schema
