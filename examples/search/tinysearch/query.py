"""The query language: words, prefix* and "a phrase"."""

import re
from dataclasses import dataclass

from tinysearch.tokens import tokenize

_PIECE = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True)
class Clause:
    """One part of a query: a word, a prefix or a phrase."""

    kind: str
    words: tuple[str, ...]


def parse(text: str) -> list[Clause]:
    """Take a query apart; pieces without a letter or digit are left out."""
    clauses = []
    for quoted, bare in _PIECE.findall(text):
        words = tuple(tokenize(quoted or bare))
        if len(words) == 0:
            continue
        if bare.endswith("*"):
            clauses.append(Clause("prefix", words[:1]))
        elif len(words) == 1:
            clauses.append(Clause("word", words))
        else:
            clauses.append(Clause("phrase", words))
    return clauses
