"""Okapi BM25 (Robertson and Zaragoza, 2009): how well a document answers a clause."""

import math

from tinysearch.index import Index

K1 = 1.2
B = 0.75


def idf(documents: int, matching: int) -> float:
    """Inverse document frequency: how much a match tells, never negative."""
    return math.log(1 + (documents - matching + 0.5) / (matching + 0.5))


def bm25(index: Index, matches: dict[int, int], document: int) -> float:
    """Score of one document for one clause; ``matches`` says how often every document matches it."""
    frequency = matches[document]
    length = index.lengths[document] / index.average_length()
    weight = idf(len(index.lengths), len(matches))
    return weight * frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length))


def score(index: Index, matches: dict[int, int]) -> dict[int, float]:
    """Scores of all documents that match a clause."""
    return {document: bm25(index, matches, document) for document in matches}


def total(parts: list[dict[int, float]]) -> dict[int, float]:
    """Sum of the clauses' scores, by document."""
    scores: dict[int, float] = {}
    for part in parts:
        for document, value in part.items():
            scores[document] = scores.get(document, 0.0) + value
    return scores


def best(scores: dict[int, float], limit: int) -> list[tuple[int, float]]:
    """The highest scores first; equal ones by document number."""
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]
