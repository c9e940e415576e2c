"""A made-up corpus and made-up queries: the same ones in every run."""

import itertools
import random

_SYLLABLES = [c + v + e for c in "bdfgklmnprst" for v in "aeiou" for e in ("", "n", "r")]


def vocabulary(chance: random.Random, size: int) -> list[str]:
    """Distinct words, the most frequent one first."""
    words: dict[str, None] = {}
    while len(words) < size:
        words["".join(chance.choices(_SYLLABLES, k=chance.choice((1, 2, 2, 3, 3, 4))))] = None
    return list(words)


def documents(chance: random.Random, words: list[str], count: int, length: int) -> list[str]:
    """Texts in which the n-th word is about 1/n as frequent as the first (Zipf's law)."""
    weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(words))))
    lengths = [chance.randint(length // 2, length * 3 // 2) for _ in range(count)]
    return [" ".join(chance.choices(words, cum_weights=weights, k=size)) for size in lengths]


def phrase(chance: random.Random, first: str, texts: list[str]) -> str:
    """A common word and what follows it somewhere, as in "the cat"."""
    pairs = [pair for text in texts for pair in itertools.pairwise(text.split()) if pair[0] == first]
    return " ".join(chance.choice(pairs))


def queries(chance: random.Random, words: list[str], texts: list[str], count: int) -> list[str]:
    """Mostly a few plain words; a quarter also asks for a prefix and a phrase, and these are the slow ones."""
    asked = []
    for number in range(count):
        pieces = [*chance.choices(words[:20], k=2), chance.choice(words[:600])]
        if number % 4 == 0:
            pieces.append(chance.choice(words[:200])[:3] + "*")
            pieces.append(f'"{phrase(chance, chance.choice(words[:10]), texts[:50])}"')
        asked.append(" ".join(pieces))
    return asked
