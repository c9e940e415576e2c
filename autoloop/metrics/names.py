"""What names of metrics mean: which direction is better, and whether the machine's mood moves them."""

from __future__ import annotations

import re
from typing import Literal

from autoloop.units import dimension

Direction = Literal["lower_is_better", "higher_is_better"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TIMES = _set(
    "time times latency duration elapsed runtime walltime wall cpu delay lag wait jitter startup "
    "ns us ms sec secs second seconds min mins minute minutes hour hours nanoseconds microseconds milliseconds "
    "ttfb ttft tpot lcp fcp tti tbt"
)
_RATES = _set("throughput rps qps tps ops hz ips iops fps mbps gbps speed speedup bandwidth flops gflops tflops mfu")
_MEMORY = _set("rss memory mem heap maxrss")
_FAULTS = _set(
    "error errors failure failures failed fault faults miss misses dropped drops timeouts retries warnings "
    "violations conflicts regressions bugs crashes leaks"
)
_LOSSES = _set("loss losses perplexity ppl bpb bpc bpt nll wer cer rmse mae mse mape regret distance divergence")
_PRICES = _set("cost costs price usd dollars")
_COSTS = _PRICES | _set(
    "size bytes kb mb gb kib mib gib footprint alloc allocs allocations allocated instructions cycles "
    "overhead complexity gas tokens usage energy joules watts power loc"
)
_GOODS = _set(
    "accuracy acc score coverage hit hits f1 auc auroc precision recall bleu rouge reward elo win wins winrate map mrr "
    "ndcg iou dice psnr ssim r2 success successes passed passes solved correct uptime saved savings quality fitness "
    "exact similarity utilization utilisation efficiency"
)
_PERCENTILE = re.compile(r"p[0-9]{2,4}")
_LOWER = _TIMES | _MEMORY | _FAULTS | _LOSSES | _COSTS
_HIGHER = _RATES | _GOODS
_FLEETING = _set("time rate bytes/s")

_WORDS = re.compile(r"[A-Z]?[a-z]+[0-9]*|[A-Z]+[0-9]*(?![a-z])|[0-9]+")
_BOUNDARY = ("/", ".", ":", ">")


def fits(name: str, wanted: str) -> bool:
    """Whether ``name`` is ``wanted``, in any case, or a longer name ending in it: ``latency.p99`` fits ``p99``."""
    full, end = name.casefold(), wanted.casefold()
    return full == end or (full.endswith(end) and full[: -len(end)].rstrip().endswith(_BOUNDARY))


def direction_of(name: str, unit: str = "") -> Direction | None:
    """Which direction of a metric is better, as its unit and its name tell; None when they do not.

    A unit of time or rate decides, since ``BenchmarkHits`` in ns/op is still a time. Then the last telling word of the
    name does: a ``cache_hit_latency`` is a latency. Faults per second stay faults.
    """
    kind, words = _kind(name, unit), _words(name)
    if not _FAULTS.isdisjoint(words):
        return _word_direction([word for word in words if word in _FAULTS | _RATES | _TIMES | _GOODS])
    if kind in {"rate", "bytes/s"} or _is_rate(words):
        return "higher_is_better"
    if kind == "time" and "uptime" not in words:
        return "lower_is_better"
    return _word_direction(words) or _word_direction(_words(unit)) or _by_dimension(kind)


def _kind(name: str, unit: str) -> str:
    """Dimension of the metric; one that is named like a unit, as ``MB/s``, needs no other."""
    own = dimension(name)
    return dimension(unit) if unit or own == name else own


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(text)]


def _is_rate(words: list[str]) -> bool:
    """``tokens_per_second``: anything per time is a rate."""
    per_time = "per" in words[1:-1] and words[words.index("per", 1) + 1] in _TIMES | {"s"}
    return per_time and _PRICES.isdisjoint(words)


def _word_direction(words: list[str]) -> Direction | None:
    for word in reversed(words):
        if word in _LOWER:
            return "lower_is_better"
        if word in _HIGHER:
            return "higher_is_better"
    return "lower_is_better" if any(map(_PERCENTILE.fullmatch, words)) else None


def _by_dimension(kind: str) -> Direction | None:
    return "lower_is_better" if kind == "bytes" else None


def is_time_like(name: str, unit: str) -> bool:
    """Whether the machine's state moves the metric: a time, a rate or a memory peak, not a score, loss or file size.

    Such a metric is compared in interleaved pairs; samples of any other may be pooled.
    """
    kind, words = _kind(name, unit), _words(name)
    if kind in _FLEETING or _is_rate(words):
        return True
    if kind == "bytes":
        return not _MEMORY.isdisjoint(words) or "peak" in words
    if kind or is_quality(name):
        return False
    return not (_TIMES | _RATES | _MEMORY).isdisjoint(words) or any(map(_PERCENTILE.fullmatch, words))


def is_clocked(name: str, unit: str) -> bool:
    """Whether a clock gives the metric: a time or a rate, which never repeats to the last digit; not a memory peak."""
    words = _words(name)
    return is_time_like(name, unit) and _kind(name, unit) != "bytes" and _MEMORY.isdisjoint(words)


def is_quality(name: str) -> bool:
    """Whether the name is that of a loss or score, of which a training run prints many and means the last."""
    telling = [word for word in _words(name) if word in _LOWER | _HIGHER]
    return bool(telling) and telling[-1] in _LOSSES | _GOODS
