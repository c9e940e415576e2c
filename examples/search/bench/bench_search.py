"""Query latency of the search engine on a fixed corpus.

Every query is asked in several rounds and its fastest time counts, which leaves out what the rest of the machine does;
``latency_p95`` is the 95th percentile of these over all queries.
"""

import gc
import random
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from corpus import documents, queries, vocabulary

from tinysearch import Index, search

SEED = 1
DOCUMENTS = 700
WORDS_PER_DOCUMENT = 50
VOCABULARY = 4000
QUERIES = 60
ROUNDS = 3


def build(texts: list[str]) -> Index:
    """Index all the texts."""
    index = Index()
    for number, text in enumerate(texts):
        index.add(number, text)
    return index


def latencies(index: Index, asked: list[str]) -> list[float]:
    """Fastest time of every query in milliseconds."""
    fastest = [float("inf")] * len(asked)
    for _ in range(ROUNDS):
        for number, query in enumerate(asked):
            start = time.perf_counter()
            search(index, query)
            fastest[number] = min(fastest[number], (time.perf_counter() - start) * 1000)
    return fastest


def percentile(values: list[float], share: float) -> float:
    """The smallest value that ``share`` of all values do not exceed."""
    return sorted(values)[max(0, round(share * len(values)) - 1)]


def peak_memory() -> float:
    """Peak resident memory of this process in MiB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def main() -> None:
    """Measure and print one line for each number."""
    chance = random.Random(SEED)
    words = vocabulary(chance, VOCABULARY)
    texts = documents(chance, words, DOCUMENTS, WORDS_PER_DOCUMENT)
    asked = queries(chance, words, texts, QUERIES)
    gc.disable()
    start = time.perf_counter()
    index = build(texts)
    index_time = (time.perf_counter() - start) * 1000
    times = latencies(index, asked)
    print(f"METRIC latency_p95={percentile(times, 0.95):.4f}ms")
    print(f"METRIC latency_p50={percentile(times, 0.50):.4f}ms")
    print(f"METRIC index_time={index_time:.2f}ms")
    print(f"METRIC peak_memory={peak_memory():.1f}MiB")
    print(f"METRIC queries={len(asked)}")


if __name__ == "__main__":
    main()
