"""Descriptions of changes as terms: words without endings, and with one name for things that have several.

The stemmer is a light one in the manner of Harman (1991): plural, participle and agent endings only; it need not give
real words, only the same one for the same thing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import zip_longest

from autoloop.similarity.vocabulary import DIRECTIONS, EMPTY, NAMES, OPPOSITES, TECHNIQUES

_READ = 300  # characters: a description is a line, and what goes on for longer is its log
_CHUNK = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_REPLACED = re.compile(r"\b(?:instead of|rather than|in place of)\b.*", re.IGNORECASE | re.DOTALL)
_ENDINGS = (
    (re.compile(r"(?<=[a-z]{4})ly$"), ""),
    (re.compile(r"(?<=[a-z]{3})(?:ies|ied)$"), "y"),
    (re.compile(r"(?<=[a-z]{2}(?:ss|sh|ch))es$|(?<=[a-z]{2}[^su\W])s$"), ""),
    (re.compile(r"(?<=[a-z]{3})i[sz](?:ation|ing|ed|er|e)$"), "iz"),
    (re.compile(r"(?<=[a-z]{3})(?:ation|ating|ated|ator|ate)$"), ""),
    (re.compile(r"(?<=[a-z]{3})(?:ing|ed)$|(?<=[a-z]{3}[st])ion$"), ""),
    (re.compile(r"(?<=[a-z]{4})er$"), ""),
    (re.compile(r"(?<=[a-z]{2})e$"), ""),
    (re.compile(r"(?<=[a-z])([b-df-hj-np-tv-z])\1$"), r"\1"),
)


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The word without its ending; only for comparing with other stems."""
    if len(word) > 3 and word.isascii():  # noqa: PLR2004 - shorter words have no ending to lose
        for ending, instead in _ENDINGS:
            word = ending.sub(instead, word)
    return word


def _by_stem(groups: dict[str, str]) -> dict[str, str]:
    return {stem(word): name for name, words in groups.items() for word in words.split()}


_CANONICAL = _by_stem(TECHNIQUES) | _by_stem(NAMES) | _by_stem(DIRECTIONS)
_OPPOSABLE = frozenset().union(*OPPOSITES)
_IGNORED = frozenset(EMPTY.split()) | {stem(word) for word in EMPTY.split()}


def words(text: str) -> list[str]:
    """Lower-case words without accents, camel case and snake case taken apart; of a long text only the beginning."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text[:_READ]) if not unicodedata.combining(c))
    parts = (_CAMEL.findall(chunk) if chunk.isascii() else [chunk] for chunk in _CHUNK.findall(plain))
    return [part.casefold() for chunk in parts for part in chunk]


def terms(text: str) -> list[str]:
    """What the text is about: stems or common names, without empty words (unless it has no others)."""
    found = _compounds(words(text))
    telling = [term for term in found if term not in _IGNORED]
    return telling or found


def _compounds(spelled: list[str]) -> list[str]:
    """Stems or names of single words, and of pairs that are also written as one: hash map, binary search."""
    found: list[str] = []
    rest = iter(zip_longest(spelled, spelled[1:], fillvalue=""))
    for word, following in rest:
        joined = _CANONICAL.get(stem(word + following)) if following else None
        if joined is not None:
            next(rest)
        alone = stem(word)
        found.append(joined or _CANONICAL.get(alone, alone))
    return found


def is_direction(term: str) -> bool:
    """Whether the term only says which way: less, more, plus."""
    return term in DIRECTIONS


def kinds(text: str) -> tuple[str, ...]:
    """The kinds of change that a description names, in its order; not those that were replaced (instead of …)."""
    done = _REPLACED.sub("", text)
    return tuple(dict.fromkeys(term for term in terms(done) if term in TECHNIQUES))


def directions(found: Iterable[str]) -> frozenset[str]:
    """The terms that have an opposite."""
    return _OPPOSABLE.intersection(found)


def opposed(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one set of directions goes one way and the other the opposite way."""
    if not one or not other:
        return False
    return any({one & pair, other & pair} == {frozenset({way}) for way in pair} for pair in OPPOSITES)
