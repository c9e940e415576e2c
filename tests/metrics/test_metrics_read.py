from __future__ import annotations

import contextlib
import io
import json
import math
import subprocess
import sys
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoloop.errors import CommandError, ConfigError
from autoloop.metrics import ProcessUsage, Reading, Spec, comparable, formats, jsondoc, read
from autoloop.units import Quantity


def lines(*text):
    return [f"{line}\n".encode() for line in text]


def refusal(spec, *text, **more):
    with pytest.raises(CommandError) as caught:
        read(spec, lines(*text), [], **more)
    return caught.value


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("METRIC p99=42\np99: 1\n{'p99': 2}", "metric_lines"),
        ('{"p99": 42}\np99: 1', "json"),
        ("METRIC p50=1\n p99: 42", "summary"),
        ("the p99 is 42 today", "regex"),
        ('METRIC p50=1\n{"p99": 42}', "json"),
    ],
)
def test_auto_tries_in_order_and_says_what_matched(text, matched):
    reading = read(Spec(primary="p99", pattern=r"p99 is (\d+)"), lines(text), [])
    assert (reading.matched, reading.primary, reading.name) == (matched, Quantity(42), "p99")


@pytest.mark.parametrize("name", ["metric_lines", "json", "summary", "regex"])
def test_one_format_alone_sees_nothing_else(name):
    text = {"metric_lines": "METRIC a=1", "json": '{"b": 1}', "summary": "c: 1", "regex": "d is 1"}
    reading = read(Spec(name, pattern=r"(?P<d>(?<=d is )\d)"), lines(*text.values()), [])
    assert list(reading.values) == [{"metric_lines": "a", "json": "b", "summary": "c", "regex": "d"}[name]]


def test_secondary_metrics_are_all_tracked_but_for_those_that_are_no_numbers():
    reading = read(Spec("json", "p99"), lines('{"p99": 5, "mem": {"rss": 7}, "rate": NaN, "gone": null}'), [])
    assert reading.values == {"p99": Quantity(5), "mem.rss": Quantity(7)}


def test_stderr_counts_and_stdout_comes_first():
    assert read(Spec("json", "a"), lines('{"a": 1}'), lines('{"a": 2}')).primary == Quantity(1)
    assert read(Spec("json", "a"), [], lines('{"a": 2}')).primary == Quantity(2)
    assert read(Spec("metric_lines", "a"), [], lines("METRIC a=3")).primary == Quantity(3)


def test_several_lines_of_one_metric_are_one_sample_their_median():
    text = lines("METRIC t=5ms", "METRIC t=1s", "METRIC t=7000us", "METRIC u=1", "METRIC u=2")
    reading = read(Spec("metric_lines", "t"), text, [])
    assert reading.values == {"t": Quantity(7, "ms"), "u": Quantity(1.5)}


def test_of_a_loss_printed_again_and_again_the_last_one_counts():
    text = lines("val_loss: 3", "step_ms: 10", "val_loss: 2", "step_ms: 30", "val_loss: 1.5", "step_ms: 20")
    reading = read(Spec(primary="val_loss"), text, [])
    assert reading.values == {"val_loss": Quantity(1.5), "step_ms": Quantity(20)}


def test_on_an_overwritten_line_the_last_match_wins():
    reading = read(Spec(primary="t"), [b"METRIC t=9\rMETRIC t=8\rMETRIC t=1\n", b"METRIC t=3\r\n"], [])
    assert reading.primary == Quantity(2)


def test_colours_do_not_hide_a_metric():
    assert read(Spec(primary="t"), [b"\x1b[32mMETRIC\x1b[0m t=\x1b[1m42ms\x1b[0m\n"], []).primary == Quantity(42, "ms")


def test_result_files_hold_json_too():
    assert read(Spec("json", "p99"), [], [], {"out.json": b'{\n"p99": 5\n}\n'}).primary == Quantity(5)


@pytest.mark.parametrize(
    ("printed", "unit", "expected"),
    [
        ("42ms", "s", Quantity(0.042, "s")),
        ("42ms", "", Quantity(42, "ms")),
        ("42", "ms", Quantity(42, "ms")),
        ("42", "", Quantity(42)),
        ("2 MiB", "KiB", Quantity(2048, "KiB")),
    ],
)
def test_the_primary_metric_comes_in_the_configured_unit(printed, unit, expected):
    reading = read(Spec(primary="x", unit=unit), lines(f"METRIC x={printed}"), [])
    assert reading.primary == expected
    assert reading.values["x"] == expected


def test_a_unit_of_another_dimension_is_refused():
    assert refusal(Spec(primary="x", unit="MB"), "METRIC x=42ms").code == "unit_changed"
    assert refusal(Spec(primary="x"), "METRIC x=42ms", "METRIC x=42MB").code == "unit_changed"
    assert refusal(Spec(primary="x"), "METRIC x=42ms", "METRIC x=42").code == "unit_changed"


def test_samples_are_compared_in_one_unit_or_not_at_all():
    assert comparable("x", Quantity(1500, "us"), "ms") == Quantity(1.5, "ms")
    for found, unit in ((Quantity(1, "ms"), ""), (Quantity(1), "ms"), (Quantity(1, "MB"), "ms")):
        with pytest.raises(CommandError) as caught:
            comparable("x", found, unit)
        assert caught.value.code == "unit_changed"


@pytest.mark.parametrize("value", ["nan", "inf", "-Infinity", "1e999", "oops"])
def test_what_is_not_finite_is_refused(value):
    error = refusal(Spec(primary="x"), f"METRIC x={value}", "METRIC y=1")
    assert error.code == "not_finite"
    assert "x" in error.what


def test_null_is_the_nan_of_javascript():
    assert refusal(Spec(primary="x"), '{"x": null, "y": 1}').code == "not_finite"


def test_one_broken_repetition_is_not_averaged_out():
    assert refusal(Spec(primary="x"), "METRIC x=1", "METRIC x=nan", "METRIC x=2").code == "not_finite"


def test_a_missing_metric_lists_what_was_seen_and_the_nearest():
    error = refusal(Spec(primary="p99_latncy"), "METRIC p99_latency=1", '{"rss": 2}', "total: 3")
    assert error.code == "no_metric"
    assert "p99_latency, rss, total" in error.why
    assert 'primary_metric = "p99_latency"' in error.fix


def test_no_number_at_all_is_said_plainly():
    error = refusal(Spec(primary="p99"), "all is well")
    assert "no number at all" in error.why
    assert "METRIC p99=VALUE" in error.fix
    assert refusal(Spec(), "all is well").code == "no_metric"


def test_a_long_list_of_names_is_cut():
    error = refusal(Spec(primary="zzz"), *[f"METRIC m{n}=1" for n in range(100)])
    assert "and 88 more" in error.why


def test_the_end_of_a_dotted_name_is_enough_when_it_is_the_only_one():
    text = '{"latency": {"p50": 1, "p99": 2}, "cold": {"p50": 3}}'
    assert read(Spec(primary="P99"), lines(text), []).name == "latency.p99"
    error = refusal(Spec(primary="p50"), text)
    assert error.code == "ambiguous_metric"
    assert "latency.p50, cold.p50" in error.why


def test_an_exact_name_is_never_ambiguous():
    assert read(Spec(primary="p50"), lines('{"p50": 1, "cold": {"p50": 3}}'), []).primary == Quantity(1)
    assert read(Spec(primary="P50"), lines('{"p50": 1, "cold": {"p50": 3}}'), []).primary == Quantity(1)


def test_discovery_takes_the_first_format_with_a_number():
    reading = read(Spec(), lines("loss: 2", '{"a": 1, "b": "5 ms"}'), [])
    assert reading == Reading({"a": Quantity(1), "b": Quantity(5, "ms")}, None, "json")


def test_the_process_itself():
    usage = ProcessUsage(wall_time=1.5, cpu_time=2.5, peak_rss=1e6)
    reading = read(Spec("process", "peak_rss", "MB"), [], [], process=usage)
    assert reading.primary == Quantity(1, "MB")
    assert reading.values["cpu_time"] == Quantity(2.5, "s")
    assert refusal(Spec("process", "wall_time")).code == "no_metric"


def test_an_unknown_format_is_the_configuration_s_fault():
    with pytest.raises(ConfigError) as caught:
        read(Spec("hyperfin"), [], [])
    assert caught.value.code == "unknown_format"
    assert '"hyperfine"' in caught.value.fix


def test_names_are_bounded_but_the_wanted_one_is_never_lost():
    text = [f"METRIC m{n}={n}\n".encode() for n in range(5000)] + [b"METRIC wanted=7\n"]
    reading = read(Spec("metric_lines", "wanted"), text, [])
    assert reading.primary == Quantity(7)
    assert len(reading.values) < 2100


def peak_of_reading(blocks):
    block = b"request 12345 took long: code=200 and went on its way through the woods\n" * 200 + b"\r" * 500
    tracemalloc.start()
    reading = read(Spec(primary="p99"), (block for _ in range(blocks)), [b"METRIC p99=4ms"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reading.primary == Quantity(4, "ms")
    return peak


def test_memory_does_not_grow_with_the_output(monkeypatch):
    monkeypatch.setattr(jsondoc, "WINDOW", 200_000)
    peak_of_reading(30)
    assert peak_of_reading(60) < 1.2 * peak_of_reading(30) < 1_500_000


def test_a_file_without_line_ends_is_read_in_bounded_memory():
    class Endless(io.RawIOBase):
        left = 100 << 20

        def read(self, size=-1):
            self.left -= size
            return b"." * size if self.left > 0 else b""

    tracemalloc.start()
    with pytest.raises(CommandError):
        read(Spec(primary="p99"), Endless(), [])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60 << 20


SCRAPS = [
    *(
        b"METRIC ",
        b"=",
        b"42ms",
        b"nan",
        b"\r",
        b"\n",
        b'{"a": ',
        b"[",
        b"]}",
        b"null",
        b"1e999",
        b"Benchmark",
        b" ns/op",
    ),
    *(b"test x ... bench: ", b" ns/iter", b"time: [", "│".encode(), "├─ ".encode(), b"fastest", b"| Method | Mean |"),
    *(b"<stats mode=", b"Benchmark (n) Mode Cnt Score Error Units", b"thrpt", b"[50.00%] ", "··· ".encode(), b"====="),
    *(
        b" x ",
        b"ops/sec",
        b"  ",
        b",",
        b"-1",
        b"\x1b[31m",
        b"\xff",
        b'{"benchmarks": [{"name": 1}]}',
        b"9" * 30,
        b"_median",
    ),
]
OUTPUT = st.lists(st.one_of(st.binary(max_size=12), st.sampled_from(SCRAPS)), max_size=40)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(formats()), st.sampled_from(["", "x", "geomean"]), OUTPUT, OUTPUT)
def test_any_output_gives_a_finite_reading_or_a_command_error(name, primary, output, result):
    spec = Spec(name, primary, "", r"(\S+)=(?P<value>\S+)")
    files = {"new/estimates.json": b"".join(result)}
    with contextlib.suppress(CommandError):
        reading = read(spec, output, [b"".join(output)], files)
        assert all(math.isfinite(quantity.value) for quantity in reading.values.values())
        assert (reading.primary is None) == (not primary)


DOCUMENT = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["benchmarks", "results", "files", "groups", "name", "stats", "median", "mean", "runs", "values"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(formats()), DOCUMENT)
def test_any_json_document_gives_a_finite_reading_or_a_command_error(name, document):
    data = json.dumps(document).encode()
    for files in ({"new/estimates.json": data}, {}):
        with contextlib.suppress(CommandError):
            reading = read(Spec(name, pattern="x=(.*)"), [data], [], files)
            assert all(math.isfinite(quantity.value) for quantity in reading.values.values())


@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9_.]{0,12}", fullmatch=True),
        st.floats(allow_nan=False, allow_infinity=False),
        min_size=1,
    )
)
def test_what_is_printed_as_metric_lines_comes_back(values):
    reading = read(Spec("metric_lines"), lines(*[f"METRIC {name}={value!r}" for name, value in values.items()]), [])
    assert reading.values == {name: Quantity(value) for name, value in values.items()}


def test_importing_the_package_loads_no_adapter_and_nothing_slow():
    script = "import sys, autoloop.metrics as m; m.formats(); print(*[n for n in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in loaded if name.startswith("autoloop.metrics.adapters")]
    assert not {"statistics", "difflib", "yaml", "sh", "rich", "structlog", "xml", "asyncio"} & set(loaded)
