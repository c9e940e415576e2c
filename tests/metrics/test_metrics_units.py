from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoloop.units import (
    Quantity,
    convert,
    dimension,
    format_duration,
    format_size,
    format_value,
    parse_duration,
    parse_percent,
    parse_quantity,
    parse_size,
)

TIMES = ["ns", "us", "µs", "ms", "s", "min", "h"]
SIZES = ["B", "KB", "KiB", "MB", "MiB", "GB", "GiB"]
RATES = ["ops/s", "Kops/s", "req/s", "items/ms", "ops/min"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("10m", 600),
        ("2h", 7200),
        ("1h30m", 5400),
        ("250ms", 0.25),
        ("1m 32s", 92),
        (" 3 minutes ", 180),
        ("1d", 86400),
        ("0s", 0),
    ],
)
def test_durations_are_read(text, seconds):
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "90", "10 parsecs", "-5s", "1h30", "s", "nan", "9" * 400 + "s"])
def test_what_is_no_duration_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="like 90s, 10m"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (4.2e-7, "420 ns"),
        (0.42, "420 ms"),
        (0.9999, "1 s"),
        (9.5, "9.5 s"),
        (59.99, "1m"),
        (92, "1m 32s"),
        (3599.7, "1h"),
        (7500, "2h 5m"),
        (-92, "-1m 32s"),
    ],
)
def test_durations_are_written_for_people(seconds, text):
    assert format_duration(seconds) == text


@given(st.floats(min_value=1e-9, max_value=1e7))
def test_a_written_duration_reads_back_to_about_the_same(seconds):
    within = 0.01 if seconds < 60 else (0.02 if seconds < 3600 else 0.009)
    assert parse_duration(format_duration(seconds)) == pytest.approx(seconds, rel=within)


@pytest.mark.parametrize(("text", "fraction"), [("5%", 0.05), ("-20%", -0.2), ("0.5 %", 0.005), ("+1%", 0.01)])
def test_percentages_are_read(text, fraction):
    assert parse_percent(text) == pytest.approx(fraction)


@pytest.mark.parametrize("text", ["5", "five%", "", "nan%", "5ms"])
def test_what_is_no_percentage_is_refused(text):
    with pytest.raises(ValueError, match="like 5% or -20%"):
        parse_percent(text)


@pytest.mark.parametrize(
    ("text", "size"), [("64MiB", 64 * 2**20), ("10MB", 10**7), ("512", 512), ("1.5 GiB", 3 * 2**29), ("3 kb", 3000)]
)
def test_sizes_are_read(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["-1", "10ms", "", "inf", "big"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ValueError, match="like 512, 10MB or 64MiB"):
        parse_size(text)


def test_sizes_are_written_in_binary_units():
    assert [format_size(n) for n in (0, 512, 1536, 64 * 2**20)] == ["0 B", "512 B", "1.5 KiB", "64 MiB"]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("42ms", 42, "ms"),
        ("1.2e-3", 0.0012, ""),
        ("1_000", 1000, ""),
        ("-5", -5, ""),
        ("\u22125", -5, ""),
        ("1,200", 1200, ""),
        ("1,234,567.5 ops/s", 1234567.5, "ops/s"),
        ("12%", 12, "%"),
        ("10µs", 10, "µs"),
        (".5", 0.5, ""),
        ("5 MiB", 5, "MiB"),
        ("12 ns/op", 12, "ns/op"),
        ("$0.02", 0.02, "$"),
        ("1e999", math.inf, ""),
        ("-inf", -math.inf, ""),
    ],
)
def test_quantities_are_read(text, value, unit):
    assert parse_quantity(text) == Quantity(value, unit)


def test_nan_is_a_quantity_for_the_caller_to_complain_about():
    quantity = parse_quantity("NaN ms")
    assert quantity is not None
    assert math.isnan(quantity.value)


@pytest.mark.parametrize("text", ["", "ms", "1,20", "1,2000", "3.11.2", "12:30", "v1", "1 2", "0x1f", "nano", "--5"])
def test_what_is_no_quantity_is_none(text):
    assert parse_quantity(text) is None


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        ("", ""),
        ("ns", "time"),
        ("ns/op", "time"),
        ("MiB", "bytes"),
        ("mb", "bytes"),
        ("B/op", "bytes"),
        ("MB/s", "bytes/s"),
        ("%", "ratio"),
        ("ops/s", "rate"),
        ("Melem/s", "rate"),
        ("Hz", "rate"),
        ("rps", "rate"),
        ("allocs/op", "count"),
        ("k", "count"),
        ("widgets", "widgets"),
        ("m", "m"),
        ("/" * 5000, "/" * 5000),
    ],
)
def test_dimensions(unit, kind):
    assert dimension(unit) == kind


@pytest.mark.parametrize(
    ("given_quantity", "unit", "value"),
    [
        (Quantity(3.1727, "µs"), "ns", 3172.7),
        (Quantity(1500, "us"), "ms", 1.5),
        (Quantity(2, "GiB"), "MiB", 2048),
        (Quantity(5, "ops/us"), "ops/s", 5e6),
        (Quantity(90, "s"), "min", 1.5),
        (Quantity(7, "widgets"), "widgets", 7),
        (Quantity(7, ""), "", 7),
    ],
)
def test_conversion_is_exact_where_the_ratio_is_whole(given_quantity, unit, value):
    assert convert(given_quantity, unit) == Quantity(value, unit)


@pytest.mark.parametrize(("source", "target"), [("ms", "MB"), ("", "ms"), ("ms", ""), ("%", ""), ("MB/s", "ops/s")])
def test_different_dimensions_and_units_on_one_side_only_are_refused(source, target):
    with pytest.raises(ValueError, match="cannot be turned into"):
        convert(Quantity(1, source), target)


@given(
    st.floats(min_value=1e-12, max_value=1e12),
    st.one_of(*[st.tuples(st.sampled_from(kind), st.sampled_from(kind)) for kind in (TIMES, SIZES, RATES)]),
)
def test_there_and_back_is_the_same_quantity(value, units):
    first, second = units
    back = convert(convert(Quantity(value, first), second), first)
    assert back.value == pytest.approx(value, rel=1e-12)


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["", *TIMES, *SIZES, *RATES, "%"]))
def test_what_python_writes_is_read_back_exactly(value, unit):
    assert parse_quantity(f"{value!r} {unit}") == Quantity(value, unit)


@given(st.text(max_size=60))
def test_any_text_is_a_quantity_or_none(text):
    assert isinstance(parse_quantity(text), Quantity | None)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.997900, "", "0.9979"),
        (12.5, "%", "12.5%"),
        (42, "ms", "42 ms"),
        (7.714e-6, "s", "7.714 µs"),
        (1234567, "ops/s", "1,234,567 ops/s"),
        (1234.5678, "ns/op", "1,235 ns/op"),
        (123456789, "B", "117.7 MiB"),
        (0, "s", "0 s"),
        (-0.000001, "s", "-1 µs"),
        (math.nan, "s", "nan s"),
    ],
)
def test_values_are_written_for_people(value, unit, text):
    assert format_value(value, unit) == text


@given(st.floats(), st.sampled_from(["", "s", "ns", "B", "MB", "%", "widgets"]))
def test_every_value_can_be_written(value, unit):
    assert format_value(value, unit)
