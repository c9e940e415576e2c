"""Manifests to plain data, and reading plain data whose shape nobody promised.

Parsers raise ``ValueError`` and nothing else, whatever the text; size caps are the caller's (see ``tree``).
"""

from __future__ import annotations

import json
import re
import tomllib
from xml.etree import ElementTree as ET

_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING_COMMA = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])')
_MERGED_KEYS = 2000


def toml(text: str) -> dict[str, object]:
    """The table of a TOML document."""
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def json_with_comments(text: str) -> dict[str, object]:
    """The object of a JSON document; comments and trailing commas are allowed where plain JSON fails."""
    try:
        data = json.loads(text)
    except ValueError:
        bare = _COMMENT.sub(lambda found: found.group(1) or " ", text)
        data = json.loads(_TRAILING_COMMA.sub(lambda found: found.group(1) or "", bare))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(data, dict):
        raise ValueError("not an object")  # noqa: TRY004 - a broken document, whatever is broken about it
    return data


def yaml(text: str) -> object:
    """The data of the first YAML document; merge keys may not multiply (they can be nested into a bomb)."""
    import yaml as pyyaml

    class Bounded(pyyaml.CSafeLoader):
        def flatten_mapping(self, node: pyyaml.MappingNode) -> None:
            super().flatten_mapping(node)
            if len(node.value) > _MERGED_KEYS:
                raise pyyaml.YAMLError("merge keys multiply")

    try:
        return next(pyyaml.load_all(text, Loader=Bounded), None)
    except (pyyaml.YAMLError, RecursionError, TypeError) as error:
        raise ValueError(str(error).splitlines()[0] if str(error) else "not YAML") from error


def xml(text: str) -> ET.Element:
    """The root element, with namespaces removed from the tags; a document type is refused (entities can multiply)."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("has a document type")
    try:
        root = ET.fromstring(text)  # noqa: S314 - without a document type there are no entities to expand
    except (ET.ParseError, RecursionError) as error:
        raise ValueError(str(error)) from error
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    return root


def dig(data: object, *keys: str) -> object:
    """What stands under the nested ``keys``, or None where the data has another shape."""
    for key in keys:
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data


def table(data: object, *keys: str) -> dict[str, object]:
    """The mapping under ``keys``, with its text keys only; empty where there is none."""
    found = dig(data, *keys)
    return {key: value for key, value in found.items() if isinstance(key, str)} if isinstance(found, dict) else {}


def strings(data: object, *keys: str) -> tuple[str, ...]:
    """The texts under ``keys``: of a list, or a single one."""
    found = dig(data, *keys)
    if isinstance(found, str):
        return (found,)
    return tuple(item for item in found if isinstance(item, str)) if isinstance(found, list) else ()


def string(data: object, *keys: str) -> str:
    """The text under ``keys``, or an empty one."""
    found = dig(data, *keys)
    return found if isinstance(found, str) else ""
