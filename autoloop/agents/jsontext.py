"""One member put into, or taken out of, a JSON file of somebody else's, every other byte as it was. Pure."""

from __future__ import annotations

import json
import re
from json import JSONDecoder
from typing import NamedTuple

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = JSONDecoder()


class Member(NamedTuple):
    """One ``"key": value``: where it starts, where its value is."""

    key: str
    start: int
    value: int
    stop: int


class Found(NamedTuple):
    """One object: where its braces are, what is in it."""

    opened: int
    closed: int
    members: list[Member]

    def member(self, key: str) -> Member | None:
        """The member of that name."""
        return next((one for one in self.members if one.key == key), None)


def look(text: str, at: int = 0) -> Found:
    """The object that begins at ``at``.

    Raises:
        ValueError: there is none, or it is not plain JSON (comments, trailing commas).
    """
    opened = _skip(text, at)
    if text[opened : opened + 1] != "{":
        raise ValueError("it is not a JSON object")
    members: list[Member] = []
    here = _skip(text, opened + 1)
    while text[here : here + 1] != "}":
        start = here if not members else _skip(text, _expect(text, here, ","))
        _expect(text, start, '"')
        key, here = _DECODER.raw_decode(text, start)
        value = _skip(text, _expect(text, _skip(text, here), ":"))
        _, stop = _DECODER.raw_decode(text, value)
        members.append(Member(key, start, value, stop))
        here = _skip(text, stop)
    return Found(opened, here, members)


def get(text: str, path: tuple[str, str]) -> object:
    """The value at ``path``, or None; raises as `look`."""
    json.loads(text)
    outer = look(text).member(path[0])
    inner = outer and look(text, outer.value).member(path[1])
    return json.loads(text[inner.value : inner.stop]) if inner else None


def put(text: str | None, path: tuple[str, str], value: object) -> str:
    """``text`` (None: there is no file) with ``value`` at ``path``; raises as `look`."""
    container, name = path
    if text is None or not text.strip():
        return json.dumps({container: {name: value}}, indent=2) + "\n"
    outer = look(text)
    held = outer.member(container)
    if held is None:
        return _insert(text, outer, container, {name: value})
    inner = look(text, held.value)
    there = inner.member(name)
    if there is None:
        return _insert(text, inner, name, value)
    written = _written(text, value, _margin(text, there.start))
    return text[: there.value] + written + text[there.stop :]


def without(text: str, path: tuple[str, str]) -> str | None:
    """``text`` without what is at ``path``; None when nothing at all is left. Raises as `look`."""
    container, name = path
    held = look(text).member(container)
    if held is None:
        return text
    text = _cut(text, look(text, held.value), name)
    if look(text, held.value).members:
        return text
    text = _cut(text, look(text), container)
    return text if look(text).members else None


def _cut(text: str, found: Found, key: str) -> str:
    keys = [one.key for one in found.members]
    if key not in keys:
        return text
    at = keys.index(key)
    if len(keys) == 1:
        return text[: found.opened + 1] + text[found.closed :]
    if at == 0:
        return text[: found.members[0].start] + text[found.members[1].start :]
    return text[: found.members[at - 1].stop] + text[found.members[at].stop :]


def _insert(text: str, found: Found, key: str, value: object) -> str:
    """The new member comes last, indented like the others."""
    newline = "\r\n" if "\r\n" in text else "\n"
    outside = _margin(text, found.opened)
    inside = _margin(text, found.members[-1].start) if found.members else outside + _unit(text)
    if found.members and "\n" not in text[found.opened : found.members[-1].start]:
        inside = outside + _unit(text)
    piece = f"{json.dumps(key)}: {_written(text, value, inside)}"
    if found.members:
        at = found.members[-1].stop
        return f"{text[:at]},{newline}{inside}{piece}{text[at:]}"
    return f"{text[: found.opened + 1]}{newline}{inside}{piece}{newline}{outside}{text[found.closed :]}"


def _written(text: str, value: object, margin: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    return json.dumps(value, indent=_unit(text)).replace("\n", newline + margin)


def _unit(text: str) -> str:
    """One step of indentation in this file."""
    found = re.search(r"^([ \t]+)\S", text, re.MULTILINE)
    return found[1] if found else "  "


def _margin(text: str, at: int) -> str:
    """The white space that begins the line of ``at``."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip())]


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _expect(text: str, at: int, sign: str) -> int:
    if text[at : at + 1] != sign:
        line = text.count("\n", 0, at) + 1
        raise ValueError(f"{sign!r} was expected in line {line}; comments and trailing commas are not plain JSON")
    return at + 1
