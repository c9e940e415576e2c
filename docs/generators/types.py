"""Annotations in words: ``tuple[str, ...]`` is a list of text."""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from autoloop.config import Bytes, Fraction, Seconds

_PLAIN = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    object: "any",
    Any: "any",
    type(None): "null",
    Seconds: 'duration, such as `"10m"`',
    Fraction: 'share, such as `"5%"`',
    Bytes: 'size, such as `"64MiB"`',
}


def words(kind: Any, *, null: bool = True) -> str:  # noqa: ANN401 - any annotation
    """An annotation for people; without ``null`` the word null is left out, for files that have none."""
    origin, parts = get_origin(kind), get_args(kind)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if origin is Annotated:
        return words(parts[0], null=null) + _bounds(parts[1])
    if origin is Literal:
        return " | ".join(f"`{msgspec.json.encode(value).decode()}`" for value in parts if value != "")
    if origin in {Union, types.UnionType}:
        said = [words(part, null=null) for part in parts if null or part is not type(None)]
        return " | ".join(text for text in said if text)
    if origin is tuple:
        return f"list of {words(parts[0])}"
    if origin is dict:
        return f"table of {words(parts[1])}"
    return f"[{kind.__name__}](#{kind.__name__.lower()})"


def _bounds(meta: msgspec.Meta) -> str:
    signs = {"at least": meta.ge, "more than": meta.gt, "at most": meta.le if (meta.le or 0) < 2**29 else None}
    said = [f"{sign} {bound}" for sign, bound in signs.items() if bound is not None]
    return f", {' and '.join(said)}" if said else ""
