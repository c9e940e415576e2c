"""What a script prints can often be told from its text; when it cannot, nothing is made up."""

from __future__ import annotations

import re

import pytest

from autoloop.detect.sniff import printed
from autoloop.detect.sources import library, needs_arguments

KNOWN = [
    ('print(f"val_bpb: {x:.6f}")', ("summary", "val_bpb", "lower_is_better")),
    ('print(f"METRIC p99_ms={x}")', ("metric_lines", "p99_ms", "lower_is_better")),
    ('echo "METRIC rss_mb=$x"', ("metric_lines", "rss_mb", "lower_is_better")),
    ('print(json.dumps({"p99_ms": x, "n": 3}))', ("json", "p99_ms", "lower_is_better")),
    ("console.log(JSON.stringify({ throughput: rate }))", ("json", "throughput", "higher_is_better")),
    ("console.log(`throughput: ${x} MB/s`)", ("summary", "throughput", "higher_is_better")),
    ('printf("latency: %.2f ms\\n", t);', ("summary", "latency", "lower_is_better")),
    ('fmt.Printf("requests/sec: %.1f\\n", r)', ("summary", "requests/sec", "higher_is_better")),
    ('std::cout << "latency_us: " << x;', ("summary", "latency_us", "lower_is_better")),
    ('println!("elapsed: {} ms", t);', ("summary", "elapsed", "lower_is_better")),
    ('puts "accuracy: #{a}"', ("summary", "accuracy", "higher_is_better")),
]


@pytest.mark.parametrize(("source", "expected"), KNOWN)
def test_known(source, expected):
    best = printed(source)[0]
    assert (best.format, best.metric, best.direction) == expected


@pytest.mark.parametrize(
    "source",
    [
        'print(f"frobnication: {x}")',
        'print("Usage: bench.py FILE")',
        'print(f"Error: {error}")',
        'print(f"seed: {seed}")',
        'print(f"{name}: {seconds:.2f} s")',
        'raise ValueError(f"latency: {x}")',
        "x = 3\n",
    ],
)
def test_nothing_is_made_up(source):
    assert printed(source) == ()


def test_pattern_of_a_label_inside_a_line_finds_the_number():
    best = printed('print(f"step {i}: train loss {a:.4f}, val loss {b:.4f}")')[0]
    assert best.format == "regex"
    assert best.metric == "val_loss"
    assert re.search(best.pattern, "step 10: train loss 3.1000, val loss 3.2500")[1] == "3.2500"


def test_metric_lines_with_names_only_the_run_knows():
    assert [(one.format, one.metric) for one in printed('print(f"METRIC {name}={value}")')] == [("metric_lines", "")]


@pytest.mark.parametrize(
    ("path", "text", "needed"),
    [
        ("a.py", "import sys\nopen(sys.argv[1])", True),
        ("a.py", "n = int(sys.argv[1]) if len(sys.argv) > 1 else 10", False),
        ("a.py", "p.add_argument('file')", True),
        ("a.py", "p.add_argument('file', nargs='?', default='x')", False),
        ("a.py", "p.add_argument('--count', type=int, default=3)", False),
        ("a.py", "p.add_argument('--count', required=True)", True),
        ("a.js", "const f = process.argv[2]", True),
        ("a.js", "const f = process.argv[2] || 'x'", False),
        ("a.sh", 'cat "$1"', True),
        ("a.sh", "n=${1:-10}", False),
        ("a.sh", "#!/bin/sh\nmake bench", False),
    ],
)
def test_needs_arguments(path, text, needed):
    assert needs_arguments(path, text) is needed


def test_library_is_told_from_imports():
    assert library("import { bench } from 'mitata'") == "mitata"
    assert library("const B = require('benchmark')") == "benchmark.js"
    assert library("#include <benchmark/benchmark.h>") == "google-benchmark"
    assert library("import pyperf\n") == "pyperf"
    assert library("# we looked at hyperfine once") == ""
