"""Result files of benchmark tools, decoded into the parts of them that matter."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

Shape = TypeVar("Shape")


def reports(files: Mapping[str, bytes], shape: type[Shape]) -> Iterator[tuple[str, Shape]]:
    """Path and content of every file that has the shape; others, which a glob may catch by chance, are passed over."""
    for path, data in files.items():
        found = decode(data, shape)
        if found is not None:
            yield path, found


def decode(data: bytes, shape: type[Shape]) -> Shape | None:
    """The JSON document in ``data``, or None when it is not of that shape; NaN and Infinity are understood."""
    try:
        document: Any = json.loads(data, parse_int=float)
        return msgspec.convert(document, shape)
    except (ValueError, RecursionError, msgspec.ValidationError):
        return None
