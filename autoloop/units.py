"""Quantities: numbers with units, durations, sizes and percentages, read from text and written for people.

Sizes follow IEC 80000-13: ``KB`` is 1000 bytes, ``KiB`` is 1024. Upper and lower case are told apart only where the
exact spelling is known; otherwise ``mb`` means ``MB``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

_TIME = {
    "ns": 1e-9,
    "nsec": 1e-9,
    "nanoseconds": 1e-9,
    "us": 1e-6,
    "usec": 1e-6,
    "microseconds": 1e-6,
    "ms": 1e-3,
    "msec": 1e-3,
    "milliseconds": 1e-3,
    "s": 1.0,
    "sec": 1.0,
    "secs": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "min": 60.0,
    "mins": 60.0,
    "minute": 60.0,
    "minutes": 60.0,
    "h": 3600.0,
    "hr": 3600.0,
    "hour": 3600.0,
    "hours": 3600.0,
}
_EVENTS = (
    *("op", "ops", "operations", "it", "iter", "iters", "iterations", "i", "call", "calls", "run", "runs"),
    *("req", "reqs", "request", "requests", "query", "queries", "tx", "msg", "msgs", "messages", "events"),
    *("elem", "elements", "item", "items", "entries", "rows", "records", "lines", "files", "frames", "samples"),
    *("tok", "toks", "token", "tokens", "char", "chars", "alloc", "allocs", "allocations", "count", "cycles"),
)
_LONGEST_UNIT = 40
_PREFIXES = {"k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9}
_RATES = {"hz": "i/s", "rps": "req/s", "qps": "query/s", "tps": "tx/s", "fps": "frames/s", "ips": "i/s"}


def _byte_units() -> dict[str, float]:
    sizes = {"B": 1.0, "b": 1.0, "byte": 1.0, "bytes": 1.0}
    for power, letter in enumerate("KMGT", start=1):
        sizes |= {f"{letter}B": 1000.0**power, f"{letter}iB": 1024.0**power}
    return sizes


def _known_units() -> dict[str, tuple[str, float]]:
    known = {"%": ("ratio", 0.01), "percent": ("ratio", 0.01), "": ("", 1.0)}
    known |= {name: ("time", factor) for name, factor in _TIME.items()}
    known |= {name: ("bytes", factor) for name, factor in _byte_units().items()}
    known |= dict.fromkeys(_EVENTS, ("count", 1.0))
    known |= {prefix: ("count", factor) for prefix, factor in _PREFIXES.items()}
    known |= {f"{prefix}{name}": ("count", factor) for prefix, factor in _PREFIXES.items() for name in _EVENTS}
    return known


_UNITS = _known_units()
_FOLDED = {name.casefold(): kind for name, kind in reversed(_UNITS.items()) if len(name) > 1}

_WORD = r"[A-Za-z_]+[0-9]?"
_GROUPED = r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])"
NUMBER = rf"[-+\u2212]?(?:(?:{_GROUPED}|[0-9]+(?:_[0-9]+)*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
NOT_FINITE = r"[-+\u2212]?(?:nan|inf(?:inity)?)(?![A-Za-z0-9_])"
UNIT = rf"(?:%|[µμ]?{_WORD})(?:/[µμ]?{_WORD}){{0,2}}"
QUANTITY = rf"[$€£]?(?:{NUMBER}|(?i:{NOT_FINITE}))(?:[ \t]?(?:{UNIT}))?"
"""Regular expressions, without groups, of a number, of a word for no number, of a unit and of one after the other."""
_QUANTITY = rf"([$€£]?)({NUMBER}|(?i:{NOT_FINITE}))[ \t]?({UNIT})?"  # compiled when first met: a look never needs it


class Quantity(msgspec.Struct, frozen=True):
    """A number and its unit; the unit is spelled as the source spelled it, and empty when there was none."""

    value: float
    unit: str = ""


@lru_cache(maxsize=1024)
def _resolve(unit: str) -> tuple[str, float]:
    """Dimension of ``unit`` and the factor to that dimension's base unit; an unknown unit is its own dimension."""
    if len(unit) > _LONGEST_UNIT:
        return unit, 1.0
    plain = unit.strip().replace("µ", "u").replace("μ", "u")
    plain = _RATES.get(plain.casefold(), plain)
    known = _UNITS.get(plain) or _FOLDED.get(plain.casefold())
    if known is not None:
        return known
    top, slash, bottom = plain.rpartition("/")
    return _compound(plain, top, bottom) if slash and top and bottom else (plain, 1.0)


def _compound(unit: str, top: str, bottom: str) -> tuple[str, float]:
    (above, factor), (below, divisor) = _resolve(top), _resolve(bottom)
    if below == "count" and above in {"time", "bytes", "count"}:
        return above, factor / divisor  # ns/op is a time, B/op a size: the time or size of one operation
    if below == "time":
        return ("rate" if above == "count" else f"{above}/s"), factor / divisor
    return unit, 1.0


def dimension(unit: str) -> str:
    """What ``unit`` measures: time, bytes, ratio, count, rate, bytes/s, or the unit itself when nobody knows it.

    The empty unit has the empty dimension. Time per operation (``ns/op``) is a time.
    """
    return _resolve(unit)[0]


def convert(q: Quantity, unit: str) -> Quantity:
    """``q`` expressed in ``unit``.

    Raises:
        ValueError: the dimensions differ, or only one of the two has a unit at all.
    """
    if q.unit == unit:
        return q
    (source, factor), (target, divisor) = _resolve(q.unit), _resolve(unit)
    if source != target:
        raise ValueError(f"{_spell(q.unit)} cannot be turned into {_spell(unit)}: {_differ(source, target)}.")
    return Quantity(_rescaled(q.value, factor, divisor), unit)


def _rescaled(value: float, factor: float, divisor: float) -> float:
    """``value * factor / divisor`` by a whole ratio where there is one: 3.1727 µs are 3172.7 ns to the last digit."""
    if factor >= divisor:
        return value * float(f"{factor / divisor:.12g}")
    return value / float(f"{divisor / factor:.12g}")


def _spell(unit: str) -> str:
    return f"'{unit}'" if unit else "a number without a unit"


def _differ(source: str, target: str) -> str:
    if source and target:
        return f"one is {source}, the other {target}"
    return "a unit is on one side only"


def parse_quantity(text: str) -> Quantity | None:
    """The number that makes up all of ``text``, with its unit if it has one; None when ``text`` is anything else.

    Understands ``42ms``, ``1.2e-3``, ``1_000``, ``1,200 req/s``, ``-5``, ``12%``, ``$0.02``. The value may be NaN or
    infinite, since only the caller knows how to complain about that.
    """
    match = re.fullmatch(_QUANTITY, text.strip())
    if match is None:
        return None
    currency, number, unit = match.groups()
    return Quantity(parse_number(number), unit or currency)


def parse_number(text: str) -> float:
    """The number in a text that ``NUMBER`` or ``NOT_FINITE`` matched, without its thousands separators."""
    return float(text.replace(",", "").replace("\u2212", "-"))


_DURATION_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([a-zµμ]+)\s*")
_DURATION_UNITS = _TIME | {"m": 60.0, "d": 86400.0, "day": 86400.0, "days": 86400.0, "µs": 1e-6, "μs": 1e-6}


def parse_duration(text: str) -> float:
    """Seconds meant by ``90s``, ``10m``, ``2h``, ``1h30m``, ``250ms`` or ``1m 32s``.

    Raises:
        ValueError: the text is anything else; the sentence shows how a duration is written.
    """
    rest, total = text.strip().lower(), 0.0
    while match := _DURATION_PART.match(rest):
        total += float(match[1]) * _DURATION_UNITS.get(match[2], math.nan)
        rest = rest[match.end() :]
    if rest or not text.strip() or not math.isfinite(total):
        raise ValueError(f"'{text}' is not a duration: write a number with a unit, like 90s, 10m, 1h30m or 250ms.")
    return total


_THOUSANDS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000, "b": 1_000_000_000}


def parse_count(text: str) -> int:
    """A number of things: ``2000``, ``500k``, ``2M``, ``1.5M``.

    Raises:
        ValueError: the text is anything else, or less than one.
    """
    found = re.fullmatch(r"([0-9][0-9_,]*(?:\.[0-9]+)?)\s*([a-z]?)", text.strip().lower())
    scale = _THOUSANDS.get(found[2]) if found else None
    count = round(float(found[1].replace(",", "").replace("_", "")) * scale) if found and scale else 0
    if count < 1:
        raise ValueError(f"'{text}' is not a number of things: write it like 20000, 500k or 2M.")
    return count


def format_count(count: float) -> str:
    """A number for people: ``820``, ``12.3k``, ``1.5M``."""
    for scale, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= scale:
            return f"{count / scale:.3g}{sign}"
    return f"{count:g}"


def counted(number: float, thing: str) -> str:
    """A whole number of things: ``1 win``, ``3 wins``."""
    return f"{number:,.0f} {thing}{'' if round(number) == 1 else 's'}"


def format_duration(seconds: float) -> str:
    """``seconds`` for people: ``420 ms``, ``9.5 s``, ``1m 32s``, ``2h 5m``."""
    if seconds < 0:
        return "-" + format_duration(-seconds)
    if not seconds or not math.isfinite(seconds):
        return f"{seconds:g} s"
    whole = round(seconds)
    if whole >= 3600:  # noqa: PLR2004 - seconds in an hour
        minutes = round(seconds / 60)
        return _two(minutes // 60, "h", minutes % 60, "m")
    if whole >= 60:  # noqa: PLR2004 - seconds in a minute
        return _two(whole // 60, "m", whole % 60, "s")
    return _scaled(seconds, _TIME_SCALE, digits=3)


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large}{large_unit} {small}{small_unit}" if small else f"{large}{large_unit}"


def parse_percent(text: str) -> float:
    """The fraction meant by ``5%`` (0.05), ``-20%`` or ``0.5 %``.

    Raises:
        ValueError: there is no percent sign, or no number before it.
    """
    quantity = parse_quantity(text)
    if quantity is None or quantity.unit != "%" or not math.isfinite(quantity.value):
        raise ValueError(f"'{text}' is not a percentage: write a number and a percent sign, like 5% or -20%.")
    return quantity.value / 100


def parse_size(text: str) -> int:
    """Bytes meant by ``64MiB``, ``10MB``, ``1.5 GiB`` or a bare ``512``.

    Raises:
        ValueError: not a size, or a negative one.
    """
    quantity = parse_quantity(text)
    if quantity is None or dimension(quantity.unit) not in {"bytes", ""} or not 0 <= quantity.value < math.inf:
        raise ValueError(f"'{text}' is not a size: write a number of bytes or a unit, like 512, 10MB or 64MiB.")
    return round(quantity.value * _resolve(quantity.unit)[1])


_TIME_SCALE = (("ns", 1e-9), ("µs", 1e-6), ("ms", 1e-3), ("s", 1.0))
_BYTE_SCALE = tuple((unit, 1024.0**power) for power, unit in enumerate(("B", "KiB", "MiB", "GiB", "TiB")))
_SCALES = {"time": _TIME_SCALE, "bytes": _BYTE_SCALE}
_READABLE = (0.01, 100_000.0)


def format_size(n: float) -> str:
    """``n`` bytes for people, in binary units: ``512 B``, ``64 MiB``, ``1.5 GiB``."""
    return _scaled(n, _BYTE_SCALE, digits=3)


def _scaled(value: float, scale: Sequence[tuple[str, float]], digits: int) -> str:
    """``value`` in the largest unit of ``scale`` that leaves at least one before the point after rounding."""
    fitting = [entry for entry in scale if float(f"{abs(value) / entry[1]:.{digits}g}") >= 1]
    unit, factor = fitting[-1] if fitting else scale[0]
    return f"{_significant(value / factor, digits)} {unit}"


def _significant(value: float, digits: int) -> str:
    """At least ``digits`` significant digits; the integer part is never rounded away."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:  # noqa: PLR2004 - integers are exact up to there
        return f"{int(value):,}"
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


def format_value(value: float, unit: str) -> str:
    """``value`` for people, with four significant digits and its unit: ``0.9979``, ``12.5%``, ``42 ms``, ``7.71 µs``.

    Integers are shown in full. Times and sizes that would read badly in their own unit are shown in a better one.
    """
    kind, factor = _resolve(unit)
    small, large = _READABLE
    if "/" not in unit and kind in _SCALES and value and not small <= abs(value) < large and math.isfinite(value):
        return _scaled(value * factor, _SCALES[kind], digits=4)
    number = _significant(value, 4)
    return f"{number}{unit}" if unit == "%" else f"{number} {unit}".rstrip()
