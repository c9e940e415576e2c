from __future__ import annotations

import math

import pytest

from autoloop.errors import ConfigError
from autoloop.metrics.plain import metric_line, pattern_parser, summary_line


def found(measures):
    return {m.benchmark: (m.quantity.value, m.quantity.unit) for m in measures}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("METRIC p99_latency=42ms", {"p99_latency": (42, "ms")}),
        ("METRIC lr=1.2e-3", {"lr": (0.0012, "")}),
        ("METRIC n=1_000", {"n": (1000, "")}),
        ("METRIC delta=-5", {"delta": (-5, "")}),
        ("METRIC rps=1,200", {"rps": (1200, "")}),
        ("METRIC cpu=93.5%", {"cpu": (93.5, "%")}),
        ("METRIC rps=1200 ops/s", {"rps": (1200, "ops/s")}),
        ("METRIC rps = 1200 ops/s", {"rps": (1200, "ops/s")}),
        ("METRIC a=1 b=2ms c=3 MB", {"a": (1, ""), "b": (2, "ms"), "c": (3, "MB")}),
        ("METRIC a=1, b=2; c=3", {"a": (1, ""), "b": (2, ""), "c": (3, "")}),
        ("METRIC latency: 42ms", {"latency": (42, "ms")}),
        ("METRIC bench::sort/10=5ns", {"bench::sort/10": (5, "ns")}),
        ("app-1  | METRIC p99=5", {"p99": (5, "")}),
        ("12:00:01 INFO METRIC p99=5", {"p99": (5, "")}),
        ("METRIC", {}),
        ("METRICS p99=5", {}),
        ("metric p99=5", {}),
    ],
)
def test_metric_lines(line, expected):
    assert found(metric_line(line)) == expected


@pytest.mark.parametrize("value", ["abc", "nan", "1,2000", "0x1f", "--"])
def test_a_metric_line_with_no_number_is_not_silently_missing(value):
    (measure,) = metric_line(f"METRIC p99={value}")
    assert math.isnan(measure.quantity.value)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("val_bpb: 0.997900", {"val_bpb": (0.9979, "")}),
        ("val_bpb:          0.997900", {"val_bpb": (0.9979, "")}),
        ("peak_vram_mb     : 45060.2", {"peak_vram_mb": (45060.2, "")}),
        ("accuracy = 95.3% (953/1000)", {"accuracy": (95.3, "%")}),
        ("  - Requests/sec:   1,234.5", {"Requests/sec": (1234.5, "")}),
        ("Average:	0.0123 secs", {"Average": (0.0123, "secs")}),
        ("Time per request:       8.1 [ms] (mean)", {"Time per request": (8.1, "")}),
        ("latency: 42 ms ± 3 ms", {"latency": (42, "ms")}),
        ("step 10 | loss: 2.5 | acc: 91%", {"loss": (2.5, ""), "acc": (91, "%")}),
        ("epoch 3, val_loss: 0.52, acc: 0.91", {"val_loss": (0.52, ""), "acc": (0.91, "")}),
        ("step:9/10 val_loss:3.27 train_time:899ms", {"val_loss": (3.27, ""), "train_time": (899, "ms")}),
        ("epoch=3 loss=0.25 p50:12", {"epoch": (3, ""), "loss": (0.25, ""), "p50": (12, "")}),
        ("{'train_loss': 0.5, 'eval_acc': 0.91}", {"train_loss": (0.5, ""), "eval_acc": (0.91, "")}),
        ("Maximum resident set size (kbytes): 12345", {"Maximum resident set size (kbytes)": (12345, "")}),
        ("2024-01-01 12:30:01 all is well", {}),
        ("listening on http://localhost:8080", {}),
        ("error at file.js:12", {}),
        ("version: 1.2.3", {}),
        ('{"json": 1}', {}),
        ("", {}),
    ],
)
def test_summary_lines(line, expected):
    assert found(summary_line(line)) == expected


@pytest.mark.parametrize(
    ("pattern", "primary", "line", "expected"),
    [
        (r"p99: ([0-9.]+) ms", "p99", "p99: 42.5 ms", {"p99": (42.5, "")}),
        (r"p99: (?P<value>\S+) (?P<unit>\w+)", "p99", "p99: 1,042 ms", {"p99": (1042, "ms")}),
        (r"(?P<name>p\d+)=(?P<value>\d+)", "", "p50=1 p99=2", {"p50": (1, ""), "p99": (2, "")}),
        (r"(?P<p50>\d+)/(?P<p99>\d+)", "p99", "5/9", {"p50": (5, ""), "p99": (9, "")}),
        (r"took (?P<seconds>[\d.]+)", "runtime", "took 3.5", {"runtime": (3.5, "")}),
        (r"took (?P<seconds>[\d.]+)", "", "took 3.5", {"seconds": (3.5, "")}),
        (r"(?<=took )\d+s", "runtime", "took 3s", {"runtime": (3, "s")}),
        (r"(\d+)", "", "12", {"value": (12, "")}),
        (r"took (\w+)", "x", "took long", {}),
        (r"(a)?b", "x", "b", {}),
    ],
)
def test_patterns(pattern, primary, line, expected):
    assert found(pattern_parser(pattern, primary)(line)) == expected


@pytest.mark.parametrize("pattern", ["", "(", "(?P<a>1)(?P<a>2)"])
def test_a_bad_pattern_is_the_configuration_s_fault(pattern):
    with pytest.raises(ConfigError) as caught:
        pattern_parser(pattern, "p99")
    assert caught.value.code == "bad_pattern"
    assert "pattern" in caught.value.fix
