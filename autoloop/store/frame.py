"""Framing: a JSON object whose last member, ``sum``, covers every byte before it.

Every file the store writes for itself is made of such objects, one a line, so that a torn or altered one is told
from a whole one without knowing what it says. The journal uses SHA-256 (its sums also chain the lines); files that
are rebuilt from it use CRC-32, which finds every torn write and costs a reader no import of ``hashlib``.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

Digest = Callable[[bytes], str]

SHA_WIDTH = 32
CRC_WIDTH = 8


def sha(data: bytes) -> str:
    """The first 128 bits of SHA-256 (FIPS 180-4) in hexadecimal."""
    import hashlib

    return hashlib.sha256(data).hexdigest()[:SHA_WIDTH]


def crc(data: bytes) -> str:
    """CRC-32 (ISO 3309) in hexadecimal."""
    return f"{zlib.crc32(data):08x}"


def framed(body: bytes, digest: Digest) -> bytes:
    """One line: the JSON object ``body`` (not empty) with its sum added."""
    return body[:-1] + stated_end(digest(body))


def stated_end(stated: str) -> bytes:
    """How a line with this sum ends."""
    return b',"sum":"%s"}\n' % stated.encode()


def stated_sum(line: bytes, width: int) -> str:
    """What a line says its sum is; meaningful only for a line that is whole."""
    return line[-width - 3 : -3].decode("ascii", "replace")


def is_whole(line: bytes, digest: Digest, width: int) -> bool:
    """Whether a line is, to the byte, what ``framed`` made."""
    body = line[: -width - 11] + b"}"
    return line == framed(body, digest)
