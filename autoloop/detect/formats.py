"""The benchmark formats: which number each one yields, which way is better, and how to make a long run shorter."""

from __future__ import annotations

from typing import NamedTuple

LOWER = "lower_is_better"
HIGHER = "higher_is_better"
_ALL = "geomean"


class Format(NamedTuple):
    """What one format promises.

    Attributes:
        metric: name of the number over everything it prints; empty when only the run can tell.
        narrow: how to measure less when a run takes too long.
    """

    metric: str = ""
    direction: str = ""
    unit: str = ""
    narrow: str = ""


FORMATS = {
    "auto": Format(),
    "metric_lines": Format(),
    "json": Format(),
    "regex": Format(),
    "summary": Format(),
    "process": Format("wall_time", LOWER, "s", "a smaller input"),
    "pytest-benchmark": Format(_ALL, LOWER, "s", "add `-k NAME`, or --benchmark-max-time=0.5"),
    "pytest-codspeed": Format(_ALL, LOWER, "ns", "add `-k NAME`, or --codspeed-max-time=1"),
    "asv": Format(_ALL, LOWER, "", "add `--bench NAME` or --quick"),
    "pyperf": Format(_ALL, LOWER, "s", "keep --fast, or add `-p 3`"),
    "hyperfine": Format(_ALL, LOWER, "s", "add `--runs 5`"),
    "criterion": Format(_ALL, LOWER, "ns", "add `-- NAME`, or -- --measurement-time 2 --sample-size 20"),
    "divan": Format(_ALL, LOWER, "ns", "add `-- NAME`, or -- --max-time 1"),
    "libtest": Format(_ALL, LOWER, "ns", "add a benchmark's name at the end"),
    "go-bench": Format(_ALL, LOWER, "ns/op", "-bench '^BenchmarkName$', or -benchtime 200ms"),
    "vitest": Format(f"{_ALL}.hz", HIGHER, "ops/s", "name one file, or `-t NAME`"),
    "benchmark.js": Format(_ALL, HIGHER, "ops/s", "run one suite's file"),
    "tinybench": Format(_ALL, LOWER, "ns", "run one suite's file"),
    "mitata": Format(_ALL, LOWER, "ns", "run one suite's file"),
    "deno-bench": Format(f"{_ALL}.p75", LOWER, "ns", "name one file, or --filter NAME"),
    "jmh": Format(_ALL, "", "", "name one benchmark, fewer forks (-f 1) and iterations (-wi 2 -i 3)"),
    "benchmarkdotnet": Format(_ALL, LOWER, "ns", "--filter '*Name*', or --job short"),
    "google-benchmark": Format(_ALL, LOWER, "ns", "--benchmark_filter=NAME, --benchmark_min_time"),
    "catch2": Format(_ALL, LOWER, "ns", "name one test case, or --benchmark-samples 20"),
    "benchmark-ips": Format(_ALL, HIGHER, "i/s", "run one file"),
    "phpbench": Format(_ALL, LOWER, "us", "--filter=NAME, --iterations=3"),
    "benchee": Format(_ALL, LOWER, "ns", "run one script"),
}


def narrower(name: str) -> str:
    """How a run of this format is made shorter; empty where nothing is known."""
    return FORMATS.get(name, Format()).narrow
