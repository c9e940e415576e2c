"""How alike texts are: cosines of idf-weighted words and of idf-weighted character trigrams.

Words with synonyms see through wording; trigrams see through spelling, compounds and endings that the stemmer does not
know. Weighting and cosine follow Salton and Buckley (1988).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from autoloop.similarity.words import directions, is_direction, opposed, stem, terms, words

Bag = Mapping[str, float]

_TRIGRAMS_SHARE = 0.3
_WORTH_SPELLING = 0.25  # below that no likeness of the spelling would make them related
_SMALL = 0.4  # weight of directions and of numbers: another size of the same thing is much the same idea
_OPPOSED = 0.5


class Cosines:
    """Bags of features that others are compared with; ``idf`` is taken over these bags.

    Args:
        bags: weight of each feature, one mapping per document.
    """

    def __init__(self, bags: Sequence[Bag]) -> None:
        self._holders = Counter(feature for bag in bags for feature in bag)
        self._size = len(bags)
        self._vectors = [self.vector(bag) for bag in bags]
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for number, vector in enumerate(self._vectors):
            for feature, weight in vector.items():
                self._postings.setdefault(feature, []).append((number, weight))

    def vector(self, bag: Bag) -> Bag:
        """The bag weighted and brought to length 1; a feature that is in every bag still counts a little."""
        weighted = {
            feature: weight * math.log(2 + self._size / (1 + self._holders[feature])) for feature, weight in bag.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weighted.values()))
        return {feature: weight / length for feature, weight in weighted.items()} if length else {}

    def all(self, vector: Bag) -> list[float]:
        """Cosine with every document, 0 to 1, in their order."""
        found = [0.0] * self._size
        for feature, weight in vector.items():
            for number, other in self._postings.get(feature, ()):
                found[number] += weight * other
        return [min(1.0, score) for score in found]

    def one(self, number: int, vector: Bag) -> float:
        """Cosine with one document."""
        theirs = self._vectors[number]
        return min(1.0, sum(vector[feature] * theirs[feature] for feature in vector.keys() & theirs.keys()))


class _Features(NamedTuple):
    """What a description is compared by; ``ways`` are the directions it names."""

    words: Bag
    trigrams: Bag
    ways: frozenset[str]


class Texts:
    """Descriptions that others are compared with."""

    def __init__(self, texts: Sequence[str]) -> None:
        features = [_features(text) for text in texts]
        self._ways = [one.ways for one in features]
        self._words = Cosines([one.words for one in features])
        self._trigrams = Cosines([one.trigrams for one in features])

    def scores(self, text: str) -> list[float]:
        """Likeness to every description, 0 to 1; the opposite of an idea is not that idea."""
        mine = _features(text)
        trigrams = self._trigrams.vector(mine.trigrams)
        found = self._words.all(self._words.vector(mine.words))
        for number, score in enumerate(found):
            if score >= _WORTH_SPELLING:
                spelled = max(score, self._trigrams.one(number, trigrams))
                blended = (1 - _TRIGRAMS_SHARE) * score + _TRIGRAMS_SHARE * spelled
                found[number] = blended * (_OPPOSED if opposed(mine.ways, self._ways[number]) else 1.0)
        return found


@lru_cache(maxsize=4096)
def _features(text: str) -> _Features:
    found = terms(text)
    weights = {term: _SMALL if is_direction(term) or term[0].isdigit() else 1.0 for term in found}
    trigrams: Counter[str] = Counter()
    for word in words(text):
        padded = f" {stem(word)} "
        trigrams.update(padded[at : at + 3] for at in range(len(padded) - 2))
    damped = {trigram: math.sqrt(count) for trigram, count in trigrams.items()}
    return _Features(weights, damped, directions(found))


def overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """Share of common members (Jaccard), 0 to 1."""
    a, b = set(one), set(other)
    return len(a & b) / len(a | b) if a | b else 0.0


def changed_lines(diff: str) -> list[str]:
    """Added and removed lines of a unified diff without their white space; a moved line stays the same line."""
    lines = (line for line in diff.splitlines() if line[:1] in "+-" and not line.startswith(("+++", "---")))
    return [line[0] + "".join(line[1:].split()) for line in lines if line[1:].strip()]
