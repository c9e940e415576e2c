"""Search: a query in, the best documents out."""

from dataclasses import dataclass

from tinysearch.index import Index
from tinysearch.query import Clause, parse
from tinysearch.ranking import best, score, total


@dataclass(frozen=True)
class Hit:
    """A document that answers the query."""

    document: int
    score: float


def matches(index: Index, clause: Clause) -> dict[int, int]:
    """Documents that match one clause, with the number of times they do."""
    if clause.kind == "prefix":
        return index.with_prefix(clause.words[0])
    if clause.kind == "phrase":
        return index.with_phrase(clause.words)
    return index.with_word(clause.words[0])


def search(index: Index, query: str, limit: int = 10) -> list[Hit]:
    """The best documents that match any clause of the query, best first."""
    found = [matches(index, clause) for clause in parse(query)]
    scores = total([score(index, part) for part in found])
    return [Hit(document, value) for document, value in best(scores, limit)]
