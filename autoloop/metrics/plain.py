"""Numbers that programs print: METRIC lines, ``name: value`` lines, and what a pattern of the user's matches."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

from autoloop.errors import ConfigError
from autoloop.metrics.model import Measure
from autoloop.units import UNIT, Quantity, parse_quantity

LineParser = Callable[[str], Iterator[Measure]]
"""Reads the measures in one line."""

_METRIC = re.compile(r"(?:^|[\s|\]>:])METRIC\s+(.*)")
_EQUALS = re.compile(rf"(?<!\S)([^\s=]+)\s*=\s*(\S+)((?:[ \t]{UNIT})?)(?![\w=:/%])")
_COLON = re.compile(rf"(?<!\S)(\S+?):\s*(\S+)((?:[ \t]{UNIT})?)(?![\w=:/%])")

_LIKELY = re.compile(r"[:=](?:(?<!\b[0-9]{2}:)|(?=\s))\s*[-+$€£.\u2212]?[0-9nNiI]")  # not the colons in 12:30:00
_OTHERS = ("METRIC ", '{"', '[{"')
_ALIGNED = re.compile(r"(?<![ \t])[ \t]*([:=])[ \t]+")
_SEPARATOR = re.compile(r"[|;\t]|, |  ")
_NAME = r"""[\s{(\[*•>-]*["']?([A-Za-z_][^:="']{0,79})["']?"""
_AFTERWARDS = r"""(?:[\s,)}\]'"]*|\s+[(±+\[].*)"""
_PAIR = re.compile(rf"{_NAME}\s*(?::\s+|=\s*)(\S+?(?:[ \t]{UNIT})?){_AFTERWARDS}")
_COMPACT = re.compile(r"(?:([A-Za-z_][\w.\-/]*)=|([A-Za-z_]\w*):)(\S+?),?")


def metric_line(line: str) -> Iterator[Measure]:
    """``METRIC name=value``, with an optional unit and further pairs; a value that is no number counts as NaN."""
    match = _METRIC.search(line) if "METRIC" in line else None
    if match is None:
        return
    pairs = _EQUALS if "=" in match[1] else _COLON
    for name, value, unit in pairs.findall(match[1]):
        yield Measure(name, parse_quantity(value.rstrip(",;") + unit) or Quantity(math.nan))


def summary_line(line: str) -> Iterator[Measure]:
    """Names and values that fill a piece of the line: ``val_bpb: 0.9979``, ``step 3 | loss = 0.5``, ``loss:3.27``.

    A METRIC line is none of these, nor is a line of JSON.
    """
    if not (":" in line or "=" in line) or not _LIKELY.search(line) or line.startswith(_OTHERS):
        return
    if "  " in line or "\t" in line:
        line = _ALIGNED.sub(r"\1 ", line)
    for piece in _SEPARATOR.split(line):
        if ":" in piece or "=" in piece:
            yield from _pairs(piece)


def _pairs(piece: str) -> Iterator[Measure]:
    whole = _PAIR.fullmatch(piece)
    if whole:
        found = [(whole[1].strip(), whole[2])]
    else:
        words = [_COMPACT.fullmatch(word) for word in piece.split() if ":" in word or "=" in word]
        found = [(word[1] or word[2], word[3]) for word in words if word]
    for name, value in found:
        quantity = parse_quantity(value)
        if quantity is not None:
            yield Measure(name, quantity)


def pattern_parser(pattern: str, primary: str) -> LineParser:
    """A parser for the user's regular expression.

    The number is the group ``value``, else the first group without a name, else the whole match; the groups ``unit``
    and ``name`` tell its unit and its name, which is else ``primary`` or ``value``. Groups of other names are metrics
    of these names; a single one of them is the primary metric whatever it is called.

    Raises:
        ConfigError: ``bad_pattern``, the expression is empty or does not compile.
    """
    compiled = _compiled(pattern)
    own = [name for name in compiled.groupindex if name not in {"value", "unit", "name"}]
    unnamed = sorted(set(range(1, compiled.groups + 1)) - set(compiled.groupindex.values()))
    value: str | int = "value" if "value" in compiled.groupindex else (unnamed or [0])[0]
    groups: dict[str, str | int] = {name: name for name in own}
    if value == "value" or len(own) <= 1:
        groups = {primary or (own[0] if own else "value"): own[0] if own and value != "value" else value}

    def parse(line: str) -> Iterator[Measure]:
        for match in compiled.finditer(line):
            said = match.groupdict()
            for name, group in groups.items():
                quantity = parse_quantity(f"{match[group] or ''} {said.get('unit') or ''}")
                if quantity is not None:
                    yield Measure(said.get("name") or name, quantity)

    return parse


def _compiled(pattern: str) -> re.Pattern[str]:
    fix = "Set pattern in .autoloop/config.toml to an expression with a group, like 'p99: ([0-9.]+) ms'."
    if not pattern:
        raise ConfigError("bad_pattern", "The metric format regex needs a pattern.", fix=fix)
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ConfigError(
            "bad_pattern", "The metric pattern is no regular expression.", why=str(error), fix=fix
        ) from error
