"""What is wrong with ``config.toml``, said so that it can be mended: file, line, key, reason, nearest valid name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any, Literal, get_args, get_origin

import msgspec

from autoloop.errors import ConfigError

FILE = ".autoloop/config.toml"
_FIX = f"edit {FILE}, then: autoloop doctor"
_SOME_KEY = "[...]"
_TOML_WORDS = {
    " | null`": "`",
    "`float | str`": "a number or text",
    "`object`": "a table",
    "`array`": "a list",
    "`str`": "text",
    "`bool`": "true or false",
    "`int`": "a whole number",
    "`float`": "a number",
}

Path = tuple[str, ...]
Hook = Callable[[type, object], object]


def invalid(path: Path, why: str, text: str, fix: str = _FIX) -> ConfigError:
    """The error about the key at ``path`` of ``text``."""
    key = ".".join(path).replace(".[", "[") or "(top level)"
    return ConfigError("config_invalid", f"{FILE}{_line_of(path, text)}, key {key} is not valid.", why=why, fix=fix)


def not_toml(error: Exception) -> ConfigError:
    """The error about text that is no TOML at all."""
    why = "the values are nested too deeply" if isinstance(error, RecursionError) else str(error)
    place = re.search(r" \(at line (\d+), column \d+\)$", why)
    where = f"{FILE}:{place[1]}" if place else FILE
    return ConfigError("config_invalid", f"{where} is not valid TOML.", why=why, fix=_FIX)


def newer(found: object, known: int) -> ConfigError:
    """The error about a file that a newer version wrote."""
    what = f"{FILE} has schema_version {found}; this version of AutoLoop reads {known}."
    return ConfigError("config_newer", what, fix="upgrade AutoLoop (pip install --upgrade autoloop-fsm)")


def explained(error: msgspec.ValidationError, text: str, root: type, hook: Hook) -> ConfigError:
    """The error about a value that does not fit its type in ``root``."""
    what, _, place = str(error).rpartition(" - at `$")
    if not what:
        what, place = str(error), ""
    path = _named(tuple(re.findall(r"\[\.\.\.\]|\[\d+\]|[^.\[\]`]+", place)), tomllib.loads(text), root, hook)
    unknown = re.search(r"unknown field `(.*)`$", what, re.DOTALL)
    if unknown:
        return invalid((*path, unknown[1]), _no_such_key(unknown[1], _type_at(root, path)), text)
    if what.startswith("Invalid enum value"):
        return invalid(path, f"{what}; write {_choices(_type_at(root, path))}", text)
    for word, plain in _TOML_WORDS.items():
        what = what.replace(word, plain)
    return invalid(path, what, text)


def _named(path: Path, raw: dict[str, Any], root: type, hook: Hook) -> Path:
    """``path`` with the key that msgspec leaves out of it: that of the entry that is wrong by itself."""
    if _SOME_KEY not in path:
        return path
    place = path.index(_SOME_KEY)
    head, table = path[:place], raw
    for part in head:
        table = table[part]
    guilty = (key for key, value in table.items() if _fails(_nested(head, {key: value}), root, hook))
    return (*head, next(guilty), *path[place + 1 :])


def _nested(path: Path, value: object) -> object:
    for part in reversed(path):
        value = {part: value}
    return value


def _fails(raw: object, root: type, hook: Hook) -> bool:
    try:
        msgspec.convert(raw, root, dec_hook=hook)
    except msgspec.ValidationError:
        return True
    return False


def _type_at(root: object, path: Path) -> object:
    """The type of the value at ``path``; tables of free names give the type of their values."""
    kind = root
    for part in path:
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            kind = {field.name: field.type for field in msgspec.structs.fields(kind)}[part]
        else:
            kind = get_args(kind)[-1]
    return kind


def _no_such_key(name: str, kind: object) -> str:
    import difflib

    names: tuple[str, ...] = getattr(kind, "__struct_fields__", ())
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    return f"there is no key {name!r}; " + (f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}")


def _choices(kind: object) -> str:
    return " or ".join(f'"{choice}"' for choice in _literals(kind) if choice != "")


def _literals(kind: object) -> Iterator[object]:
    if get_origin(kind) is Literal:
        yield from get_args(kind)
        return
    for member in get_args(kind):
        yield from _literals(member)


def _line_of(path: Path, text: str) -> str:
    """``:12``, the line of the key or else of the innermost table around it; nothing when neither is found."""
    section: Path = ()
    deepest, found = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("["):
            here = section = _keys(line)
        elif "=" in line:
            here = (*section, *_keys(f"{line.partition('=')[0]} = 0"))
        else:
            continue
        shared = min(len(here), len(path))
        if shared > deepest and here[:shared] == path[:shared]:
            deepest, found = shared, f":{number}"
    return found


def _keys(line: str) -> Path:
    """The keys that one line of TOML names, outermost first; empty when the line cannot be read alone."""
    try:
        value: object = tomllib.loads(line)
    except (ValueError, RecursionError):
        return ()
    keys: list[str] = []
    while isinstance(value, dict) and value:
        key, value = next(iter(value.items()))
        keys.append(key)
    return tuple(keys)
