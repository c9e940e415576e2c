"""Names of files as text: git's names are bytes, ours must survive JSON and come back unchanged.

A name that is valid UTF-8 and does not begin with a double quote is written as it is. Any other name is written the way
git quotes names: in double quotes, with backslash, quote, control characters and bytes above ASCII as escapes. Every
path in this package's Structs and signatures is such text; bytes live only behind it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from autoloop.paths import DIRECTORY

_OURS = DIRECTORY.encode()
_ESCAPE = re.compile(rb'\\([0-7]{3}|["\\])')
_PRINTABLE = range(0x20, 0x7F)


def encode(raw: bytes) -> str:
    """The text of a file name."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return _quoted(raw)
    return _quoted(raw) if text.startswith('"') else text


def decode(path: str) -> bytes:
    """The file name that ``encode`` wrote as ``path``."""
    if not path.startswith('"'):
        return path.encode()
    return _ESCAPE.sub(_unescape, path[1:-1].encode())


def locate(root: Path, raw: bytes) -> Path:
    """Where the file of that name is below ``root``."""
    return root / os.fsdecode(raw)


def full(root: Path, raw: bytes) -> bytes:
    """The same as ``locate``, for many names: a Path takes its time to be made."""
    return os.fsencode(root) + b"/" + raw


def ours(raw: bytes) -> bool:
    """Whether the name is AutoLoop's own directory or lies in it."""
    return raw == _OURS or raw.startswith(_OURS + b"/")


def forbidden(raw: bytes) -> bool:
    """Whether git refuses to track the name, because some file system would take a part of it for ``.git``."""
    return any(_reserved(part) for part in raw.split(b"/"))


def parents(raw: bytes) -> list[bytes]:
    """The directories above a name, the outermost first, without the root."""
    parts = raw.split(b"/")[:-1]
    return [b"/".join(parts[: depth + 1]) for depth in range(len(parts))]


def joined(raws: list[bytes]) -> bytes:
    """Names for a command that reads them NUL-terminated."""
    return b"".join(raw + b"\0" for raw in raws)


def split(listing: bytes) -> list[bytes]:
    """The records of a NUL-terminated listing."""
    return listing.split(b"\0")[:-1]


def _quoted(raw: bytes) -> str:
    return '"' + "".join(_escaped(byte) for byte in raw) + '"'


def _escaped(byte: int) -> str:
    if chr(byte) in '"\\':
        return "\\" + chr(byte)
    return chr(byte) if byte in _PRINTABLE else f"\\{byte:03o}"


def _unescape(match: re.Match[bytes]) -> bytes:
    text = match[1]
    return bytes([int(text, 8)]) if text.isdigit() else text


def _reserved(part: bytes) -> bool:
    return part.lower().split(b":")[0].rstrip(b" .") in {b".git", b"git~1"}
