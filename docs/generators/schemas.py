"""JSON Schemas for editors, with the sentences of the reference as descriptions."""

from __future__ import annotations

import json
from typing import Any

from autoloop import config_schema
from autoloop import workflow as declared
from autoloop.config import Config
from generators.configuration import keys, meaning
from generators.tables import summary

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def config() -> str:
    """Schema of .autoloop/config.toml."""
    document = {"description": summary(Config), **config_schema.schema()}
    properties = document["properties"]
    properties["schema_version"]["description"] = meaning("schema_version")
    for name, kind in config_schema.sections().items():
        section = properties[name]
        if "properties" not in section:  # a table of tables with names of the user's
            section["description"] = meaning(name)
            section = section["additionalProperties"]
        section["description"] = summary(kind)
        _describe(section["properties"], name, kind)
    return json.dumps(document, indent=2) + "\n"


def workflow() -> str:
    """Schema of states/workflow.yaml."""
    return json.dumps({"$schema": _DRAFT, **declared.schema()}, indent=2) + "\n"


def compiled() -> str:
    """The workflow as the program reads it fastest."""
    return declared.compiled().decode()


def _describe(properties: dict[str, Any], section: str, kind: type) -> None:
    for key, _, _, say in keys(section, kind):
        properties[key] = {"description": say, **properties[key]}
