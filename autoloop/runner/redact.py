"""Secrets out of a stream of bytes, before it reaches the disk.

Two kinds are known: values of credentials in the environment, and shapes of well-known tokens. Every token is a long
word, so a chunk is first asked for any long word (two passes of C over it), then for each shape's fixed beginning, and
only where one occurs does a regular expression run. Text is released up to its last line end, so that a token which is
cut by a chunk's border is still seen whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

_LONGEST_LINE = 256 * 1024
_OVERLAP = 8 * 1024
_LONGEST_KEY = 64 * 1024
_SHORTEST_SECRET = 8
_KEY_BEGIN = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_KEY_END = re.compile(rb"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_KEY_SIGN = b"-----BEGIN "
_KEY_MARK = b"[redacted:private-key]"


class Shape(msgspec.Struct, frozen=True):
    """A kind of token: where one of ``signs`` occurs, ``pattern`` is worth trying."""

    name: str
    signs: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    keep: bytes = b""


def _shape(name: str, signs: str, pattern: bytes, keep: bytes = b"") -> Shape:
    return Shape(name, tuple(sign.encode() for sign in signs.split()), re.compile(pattern), keep)


SHAPES = (
    _shape("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", rb"gh[pousr]_[A-Za-z0-9]{36,255}"),
    _shape("github-token", "github_pat_", rb"github_pat_[A-Za-z0-9_]{22,255}"),
    _shape("gitlab-token", "glpat-", rb"glpat-[A-Za-z0-9_-]{20,255}"),
    # a digit is demanded: words joined by hyphens are no key
    _shape("api-key", "sk-", rb"(?<![A-Za-z0-9_-])sk-(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{20,512}"),
    _shape("stripe-key", "k_live_ k_test_", rb"(?<![A-Za-z0-9])[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}"),
    _shape("aws-key", "AKIA ASIA", rb"(?<![A-Za-z0-9])A[KS]IA[0-9A-Z]{16}(?![A-Za-z0-9])"),
    _shape("slack-token", "xox", rb"xox[abeoprs]-[A-Za-z0-9-]{10,255}"),
    _shape("google-key", "AIza", rb"AIza[0-9A-Za-z_-]{35}"),
    _shape("jwt", "eyJ", rb"eyJ[A-Za-z0-9_-]{8,4096}\.eyJ[A-Za-z0-9_-]{4,4096}\.[A-Za-z0-9_-]{8,4096}"),
    _shape("npm-token", "npm_", rb"npm_[A-Za-z0-9]{36}"),
    _shape("pypi-token", "pypi-", rb"pypi-[A-Za-z0-9_-]{50,1024}"),
    _shape("huggingface-token", "hf_", rb"(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,255}"),
)
LOOSE_SHAPES = (  # of no long word alone
    _shape("bearer-token", "earer ", rb"([Bb]earer +)[A-Za-z0-9._~+/-]{16,4096}=*", rb"\1"),
    _shape("url-password", "://", rb"(://[^/\s:@]{1,128}:)[^/\s@]{1,256}(?=@)", rb"\1"),
)
_SHORTEST_TOKEN = 15
_WORD = b"w" * _SHORTEST_TOKEN
_WORDS = bytes(
    ord("w") if chr(byte).isascii() and (chr(byte).isalnum() or byte in b"_-.") else 0 for byte in range(256)
)


class Redactor:
    """A stream that lets everything through but secrets, each replaced by ``[redacted:NAME]``.

    Args:
        secrets: values to hide, by the name that is shown in their place.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = _by_length(secrets)
        self._overlap = max([_OVERLAP, *(len(value) for value, _ in self._secrets)])
        self._held = b""
        self._in_key = 0

    def feed(self, chunk: bytes) -> bytes:
        """What of the stream so far is safe to be written and was not returned before."""
        data = self._held + chunk
        cut = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        if not cut and len(data) > _LONGEST_LINE:
            cut = len(data) - self._overlap
            cut = self._before_token(data, cut)
        self._held = data[cut:]
        return self._clean(data[:cut]) if cut else b""

    def finish(self) -> bytes:
        """What was held back."""
        held, self._held = self._held, b""
        return self._clean(held)

    def _before_token(self, data: bytes, cut: int) -> int:
        """A cut that goes through no token: ``cut`` or the beginning of the token that it would go through."""
        spans = [match.span() for shape in _shapes_in(data) for match in shape.pattern.finditer(data)]
        for value, _ in self._secrets:
            at = data.find(value, max(0, cut - len(value) + 1), cut + len(value) - 1)
            spans.append((at, at + len(value)) if at >= 0 else (0, 0))
        return min([cut, *(begin for begin, end in spans if 0 < begin < cut < end)])

    def _clean(self, data: bytes) -> bytes:
        if self._in_key or _KEY_SIGN in data:
            data = self._without_keys(data)
        for value, mark in self._secrets:
            if value in data:
                data = data.replace(value, mark)
        for shape in _shapes_in(data):
            data = shape.pattern.sub(shape.keep + b"[redacted:%b]" % shape.name.encode(), data)
        return data

    def _without_keys(self, data: bytes) -> bytes:
        """Drop everything from the first line of a private key to its last, across calls."""
        out = []
        while data:
            if not self._in_key:
                before, begin, data = _split(_KEY_BEGIN, data)
                out.append(before)
                if not begin:
                    break
                out.append(_KEY_MARK)
                self._in_key = _LONGEST_KEY
            room = self._in_key  # no key is as long as this may be
            _, end, rest = _split(_KEY_END, data[:room])
            self._in_key = 0 if end else max(0, room - len(data))
            data = rest + data[room:]
        return b"".join(out)


def _shapes_in(data: bytes) -> list[Shape]:
    long_words = _WORD in data.translate(_WORDS)
    worth_a_look = LOOSE_SHAPES + SHAPES if long_words else LOOSE_SHAPES
    return [shape for shape in worth_a_look if any(sign in data for sign in shape.signs)]


def _split(pattern: re.Pattern[bytes], data: bytes) -> tuple[bytes, bytes, bytes]:
    """As ``bytes.partition``, at a pattern."""
    match = pattern.search(data)
    return (data[: match.start()], match.group(), data[match.end() :]) if match else (data, b"", b"")


def _by_length(secrets: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Values and their marks, longest first: a secret may contain another. Lines of long values count on their own."""
    values: dict[bytes, bytes] = {}
    for name, value in secrets.items():
        mark = b"[redacted:%b]" % name.encode("utf-8", "surrogateescape")
        for line in value.split("\n"):
            raw = line.strip().encode("utf-8", "surrogateescape")
            if len(raw) >= _SHORTEST_SECRET:
                values.setdefault(raw, mark)
    return sorted(values.items(), key=lambda item: -len(item[0]))
