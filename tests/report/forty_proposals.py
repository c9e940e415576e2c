"""Forty changes to the search example, one per experiment: some help, some do not, some are mistakes, some are cheats.

``autoloop run --propose "python3 forty_proposals.py"`` calls it once per experiment, in the repository. A change whose
text is no longer there (an earlier win replaced it) becomes a comment, which gains nothing.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple


class Proposal(NamedTuple):
    """One change: in ``file``, ``old`` becomes ``new``."""

    description: str
    file: str
    old: str
    new: str


RANKING, INDEX, ENGINE, QUERY = (f"tinysearch/{name}.py" for name in ("ranking", "index", "engine", "query"))
BM25 = """\
    return {document: bm25(index, matches, document) for document in matches}
"""
WEIGHED = """\
    if not matches:
        return {}
    average = index.average_length()
    weight = idf(len(index.lengths), len(matches))
    found = {}
    for document, frequency in matches.items():
        length = index.lengths[document] / average
        found[document] = weight * frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length))
    return found
"""
LOOP = """\
    found = {}
    for document, frequency in matches.items():
        length = index.lengths[document] / average
        found[document] = weight * frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length))
    return found
"""
CONSTANTS = """\
    lengths, least, slope, top = index.lengths, K1 * (1 - B), K1 * B / average, weight * (K1 + 1)
    return {
        document: top * frequency / (frequency + least + slope * lengths[document])
        for document, frequency in matches.items()
    }
"""
PREFIX = """\
        for word in self.postings:
            if word.startswith(prefix):
                for document, times in self.with_word(word).items():
                    found[document] = found.get(document, 0) + times
"""
PREFIX_INLINE = """\
        for word, holders in self.postings.items():
            if word.startswith(prefix):
                for document, where in holders.items():
                    found[document] = found.get(document, 0) + len(where)
"""
BISECT = """\
        words = sorted(self.postings) if self._sorted is None else self._sorted
        self._sorted = words
        for place in range(bisect_left(words, prefix), len(words)):
            if not words[place].startswith(prefix):
                break
            for document, where in self.postings[words[place]].items():
                found[document] = found.get(document, 0) + len(where)
"""
PHRASE = """\
        for document, starts in self.postings.get(words[0], {}).items():
            times = sum(self._continues(words, document, start) for start in starts)
"""
PHRASE_FIRST = """\
        lists = [self.postings.get(word, {}) for word in words]
        for document in min(lists, key=len):
            if not all(document in holders for holders in lists):
                continue
            times = sum(self._continues(words, document, start) for start in lists[0][document])
"""
PHRASE_CALL = """\
            times = sum(self._continues(words, document, start) for start in lists[0][document])
"""
PHRASE_INLINE = """\
            starts, *others = [holders[document] for holders in lists]
            times = 0
            for start in starts:
                for offset, where in enumerate(others, 1):
                    if start + offset not in where:
                        break
                else:
                    times += 1
"""
ALL_HOLD = """\
            if not all(document in holders for holders in lists):
                continue
"""
ALL_HOLD_PLAIN = """\
            for holders in lists:
                if document not in holders:
                    break
            else:
                holders = None
            if holders is not None:
                continue
"""
TOTAL = """\
    scores: dict[int, float] = {}
    for part in parts:
        for document, value in part.items():
            scores[document] = scores.get(document, 0.0) + value
    return scores
"""
BEST = "    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]\n"
HEAP = "    import heapq\n\n    return heapq.nsmallest(limit, scores.items(), key=lambda item: (-item[1], item[0]))\n"
TURN = "(__import__('pathlib').Path.home() / 'turn')"


def by_turns(old: str, new: str) -> str:
    """Code that takes the new way in two of three runs and the old one in the third: nobody can say what it gains."""
    taken = f"    turn = {TURN}.read_text() if {TURN}.exists() else ''\n"
    body = "".join(f"    {line}" for line in new.splitlines(keepends=True))
    return f"    global _turn\n    if _turn is None:\n    {taken}        {TURN}.write_text(turn + '.')\n        _turn = len(turn) % 3\n    if _turn < 2:\n{body}{old}"


PROPOSALS = (
    Proposal(
        "Say in the module what the parameters mean", RANKING, "K1 = 1.2\n", "# how fast a term saturates\nK1 = 1.2\n"
    ),
    Proposal("Weigh a clause once, but only in two of three runs", RANKING, BM25, by_turns(BM25, WEIGHED)),
    Proposal("Weigh a clause once instead of once per document", RANKING, BM25, WEIGHED),
    Proposal(
        "Choose the sum's start value by name", RANKING, "scores.get(document, 0.0)", "scores.get(document, float())"
    ),
    Proposal(
        "Answer a phrase with the documents of its rarest word",
        ENGINE,
        "        return index.with_phrase(clause.words)",
        "        return min((index.with_word(word) for word in clause.words), key=len)",
    ),
    Proposal(
        "Merge the sorted scores of the clauses",
        RANKING,
        TOTAL,
        "    import heapq\n    import itertools\n\n    streams = [sorted(part.items()) for part in parts]\n    groups = itertools.groupby(heapq.merge(*streams), key=lambda pair: pair[0])\n    return {document: math.fsum(value for _, value in pairs) for document, pairs in groups}\n",
    ),
    Proposal("Take the constants of BM25 out of the loop", RANKING, LOOP, CONSTANTS),
    Proposal("Fold the case of a query only once (unfinished)", QUERY, "    clauses = []\n", "    clauses = [\n"),
    Proposal(
        "Leave the slowest tenth of the queries out as warm-up",
        "bench/bench_search.py",
        "    times = latencies(index, asked)\n",
        "    times = sorted(latencies(index, asked))[: len(asked) * 9 // 10]\n",
    ),
    Proposal(
        "Match the kind of a clause with a table",
        ENGINE,
        '    if clause.kind == "prefix":',
        '    if clause.kind[0] == "p" and clause.kind == "prefix":',
    ),
    Proposal("Count a prefix's words without a copy of each", INDEX, PREFIX, PREFIX_INLINE),
    Proposal("Use slots for hits", ENGINE, "@dataclass(frozen=True)", "@dataclass(frozen=True, slots=True)"),
    Proposal("Look at the rarest word of a phrase first", INDEX, PHRASE, PHRASE_FIRST),
    Proposal(
        "Keep every posting twice, for later",
        INDEX,
        "        words = tokenize(text)\n",
        "        words = tokenize(text)\n        self.copies = [*getattr(self, 'copies', []), list(words) * 40][-700:]\n",
    ),
    Proposal("Sort only what is returned, in two of three runs", RANKING, BEST, by_turns(BEST, HEAP)),
    Proposal(
        "Hold at most 600 documents in an index",
        INDEX,
        "        words = tokenize(text)\n",
        "        words = tokenize(text)\n        if len(self.lengths) >= 600:\n            raise OverflowError('an index holds at most 600 documents')\n",
    ),
    Proposal("Walk the positions of a phrase in plain loops", INDEX, PHRASE_CALL, PHRASE_INLINE),
    Proposal("Expect fewer matches in the test of prefixes", "tests/test_search.py", "[0, 2, 1])", "[0, 2, 1][:3])"),
    Proposal("Find a prefix's words by bisection", INDEX, PREFIX_INLINE, BISECT),
    Proposal("Sort only what is returned", RANKING, BEST, HEAP),
    Proposal(
        "Precompute the squares of all positions",
        INDEX,
        "        for position, word in enumerate(words):\n",
        "        self.squares = [n * n for n in range(4000)]\n        for position, word in enumerate(words):\n",
    ),
    Proposal("Ask for membership in a chain of ifs", INDEX, ALL_HOLD, ALL_HOLD_PLAIN),
    Proposal(
        "Search again until the answer is stable",
        ENGINE,
        "    return [Hit(document, value)",
        "    while len(scores) > 30:\n        scores = dict(scores)\n    return [Hit(document, value)",
    ),
    Proposal("Describe the engine better (README)", "README.md", "\n", "\nFaster than ever.\n"),
    Proposal(
        "Negate once: sort by value, descending",
        RANKING,
        BEST,
        "    return sorted(scores.items(), key=lambda item: item[1], reverse=True)[:limit]\n",
    ),
    Proposal(
        "Take hits from pairs with a starred call",
        ENGINE,
        "[Hit(document, value) for document, value in best(scores, limit)]",
        "[Hit(*pair) for pair in best(scores, limit)]",
    ),
    Proposal(
        "Return as soon as there is only one clause",
        RANKING,
        "    scores: dict[int, float] = {}\n    for part in parts:",
        "    if len(parts) == 1:\n        return parts[0]\n    scores: dict[int, float] = {}\n    for part in parts:",
    ),
    Proposal(
        "Look the total's method up once",
        RANKING,
        "    for part in parts:\n        for document, value in part.items():\n            scores[document] = scores.get(document, 0.0) + value\n",
        "    known = scores.get\n    for part in parts:\n        for document, value in part.items():\n            scores[document] = known(document, 0.0) + value\n",
    ),
    Proposal(
        "Score only documents with an even number",
        RANKING,
        "        for document, frequency in matches.items()\n    }",
        "        for document, frequency in matches.items()\n        if document % 2 == 0\n    }",
    ),
    Proposal(
        "Refuse words that most documents hold",
        RANKING,
        "    if not matches:\n        return {}\n",
        "    if not matches:\n        return {}\n    if len(matches) > 60:\n        raise ValueError('too common')\n",
    ),
    Proposal(
        "Remember the counts of words that were asked for",
        INDEX,
        "        return {document: len(where) for document, where in self.postings.get(word, {}).items()}",
        "        known = self.__dict__.setdefault('counts', {})\n        if word not in known:\n            known[word] = {document: len(where) for document, where in self.postings.get(word, {}).items()}\n        return known[word]",
    ),
    Proposal(
        "Start from the largest part of the scores",
        RANKING,
        "    scores: dict[int, float] = {}\n    for part in parts:",
        "    parts = sorted(parts, key=len, reverse=True)\n    scores: dict[int, float] = dict(parts[0]) if parts else {}\n    for part in parts[1:]:",
    ),
    Proposal("Weigh with a logarithm to base two", RANKING, "math.log(1 +", "math.log2(1 +"),
    Proposal(
        "Sort the vocabulary when the index is built",
        INDEX,
        "        self.lengths[document] = len(words)\n",
        "        self.lengths[document] = len(words)\n        self.order = sorted(self.postings)\n",
    ),
    Proposal(
        "Deal with very long queries <script>alert('x')</script> & \"quotes\"",
        QUERY,
        "    clauses = []\n",
        "    clauses = []\n    text = text[:10_000]\n",
    ),
    Proposal(
        "Größere Blöcke lesen: 一次读取更多, чтение блоками",
        QUERY,
        "        words = tuple(tokenize(quoted or bare))\n",
        "        words = tuple(tokenize(bare or quoted))\n",
    ),
    Proposal(
        "Keep the best ten in a heap by hand",
        RANKING,
        BEST,
        "    import heapq\n\n    heap: list[tuple[float, int]] = []\n    for document, value in scores.items():\n        heapq.heappush(heap, (-value, document))\n    return [(document, -value) for value, document in (heapq.heappop(heap) for _ in range(min(limit, len(heap))))]\n",
    ),
    Proposal(
        "Store the averages as they change",
        INDEX,
        "        return self.total_length / len(self.lengths) if self.lengths else 0.0",
        "        lengths = self.lengths\n        return self.total_length / len(lengths) if lengths else 0.0",
    ),
    Proposal(
        "Sort by score with an operator from the library",
        RANKING,
        BEST,
        "    from operator import itemgetter\n\n    by_number = sorted(scores.items())\n    return sorted(by_number, key=itemgetter(1), reverse=True)[:limit]\n",
    ),
    Proposal(
        "Find documents with a set per phrase",
        INDEX,
        "        for document in min(lists, key=len):\n",
        "        for document in sorted(set(lists[0]).intersection(*lists[1:])):\n",
    ),
)


def apply(proposal: Proposal, root: Path) -> None:
    """Make the change, or leave a comment where its text is gone."""
    path = root / proposal.file
    text = path.read_text(encoding="utf-8")
    if proposal.file == INDEX and "self._sorted" in proposal.new:
        text = text.replace("from tinysearch.tokens", "from bisect import bisect_left\n\nfrom tinysearch.tokens", 1)
        text = text.replace(
            "        self.total_length = 0\n",
            "        self.total_length = 0\n        self._sorted: list[str] | None = None\n",
            1,
        )
        text = text.replace(
            "        words = tokenize(text)\n", "        words = tokenize(text)\n        self._sorted = None\n", 1
        )
        text = text.replace(
            "        self.total_length -=", "        self._sorted = None\n        self.total_length -=", 1
        )
    old = PREFIX if proposal.old == PREFIX_INLINE and PREFIX in text else proposal.old
    if "_turn" in proposal.new:
        text = text.replace("K1 = 1.2\n", "_turn = None\nK1 = 1.2\n", 1)
    changed = text.replace(old, proposal.new, 1)
    path.write_text(changed if changed != text else f"{text}\n# {proposal.description}\n", encoding="utf-8")


def main() -> None:
    """Apply the proposal of this experiment; exit code 10 says that there are no more."""
    number = int(os.environ["AUTOLOOP_EXPERIMENT"])
    if number > len(PROPOSALS):
        sys.exit(10)
    proposal = PROPOSALS[number - 1]
    apply(proposal, Path.cwd())
    print(f"DESCRIPTION: {proposal.description}")  # noqa: T201 - how a proposer tells


if __name__ == "__main__":
    main()
