from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoloop.metrics import direction_of, is_time_like
from autoloop.metrics.names import fits, is_quality

LOWER = "lower_is_better"
HIGHER = "higher_is_better"


@pytest.mark.parametrize(
    "name",
    [
        *("latency", "p99", "p99_latency_ms", "wall_time", "request.time.p50", "elapsedSeconds", "ms_per_token"),
        *("rss", "peak_rss_mb", "memory", "binary_size", "size", "bytes", "allocs", "allocs/op", "B/op", "ns/op"),
        *("loss", "val_loss", "cost", "cost_per_hour", "errors", "error_rate", "errors_per_second", "cache_misses"),
        *("perplexity", "val_bpb", "rmse", "cache_hit_latency", "coverage_time", "time_to_first_token", "MissRate"),
    ],
)
def test_names_of_which_less_is_better(name):
    assert direction_of(name) == LOWER


@pytest.mark.parametrize(
    "name",
    [
        *("throughput", "rps", "requests_per_second", "tokens_per_sec", "ops/s", "MB/s", "hz", "p99_throughput"),
        *("accuracy", "eval_acc", "score", "f1", "F1Score", "coverage", "cache_hits", "hit_rate", "memory_bandwidth"),
        *("latency_score", "speedup", "psnr", "win_rate", "bytes_saved"),
    ],
)
def test_names_of_which_more_is_better(name):
    assert direction_of(name) == HIGHER


@pytest.mark.parametrize("name", ["", "value", "widgets", "compression_ratio", "x", "answer"])
def test_names_that_tell_nothing(name):
    assert direction_of(name) is None


@pytest.mark.parametrize(
    ("name", "unit", "direction"),
    [
        ("BenchmarkCacheHits", "ns/op", LOWER),
        ("test_score_speed", "s", LOWER),
        ("geomean", "ns", LOWER),
        ("geomean", "ops/s", HIGHER),
        ("org.example.Sorting.sort", "ops/ms", HIGHER),
        ("org.example.Sorting.sort", "us/op", LOWER),
        ("geomean", "B/op", LOWER),
        ("geomean", "allocs/op", LOWER),
        ("copy", "MB/s", HIGHER),
        ("uptime", "h", HIGHER),
        ("errors", "req/s", LOWER),
        ("ratio", "%", None),
        ("accuracy", "%", HIGHER),
    ],
)
def test_the_unit_tells_what_is_measured(name, unit, direction):
    assert direction_of(name, unit) == direction


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("anything", "ms"),
        ("anything", "ops/s"),
        ("anything", "MB/s"),
        ("latency", ""),
        ("p99", ""),
        ("tokens_per_second", ""),
        ("peak_rss", "bytes"),
        ("peak_rss_mb", ""),
        ("heap", "MiB"),
    ],
)
def test_times_rates_and_memory_peaks_depend_on_the_machine(name, unit):
    assert is_time_like(name, unit)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("val_loss", ""),
        ("accuracy", "%"),
        ("score", ""),
        ("binary_size", "KiB"),
        ("widgets", "widgets"),
        ("BenchmarkJoin.allocs/op", "allocs/op"),
        ("answer", ""),
    ],
)
def test_scores_losses_and_sizes_do_not(name, unit):
    assert not is_time_like(name, unit)


@pytest.mark.parametrize(
    ("name", "wanted", "answer"),
    [
        ("latency.p99", "p99", True),
        ("P99", "p99", True),
        ("test_b.py::test_sort[10]", "test_sort[10]", True),
        ("bench.ts > arrays > sort", "sort", True),
        ("sort/10", "10", True),
        ("wall_time", "time", False),
        ("p99", "latency.p99", False),
        ("code-size", "size", False),
    ],
)
def test_a_short_name_means_the_end_of_a_long_one(name, wanted, answer):
    assert fits(name, wanted) is answer


@pytest.mark.parametrize(("name", "answer"), [("val_bpb", True), ("eval/acc", True), ("time", False), ("x", False)])
def test_losses_and_scores_are_told_from_times(name, answer):
    assert is_quality(name) is answer


@given(st.text(max_size=40), st.text(max_size=10))
def test_any_name_and_unit_has_an_answer(name, unit):
    assert direction_of(name, unit) in {LOWER, HIGHER, None}
    assert is_time_like(name, unit) in {True, False}
