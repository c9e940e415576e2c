"""Which number a script prints, told from its source: METRIC lines, JSON keys, labelled values."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from autoloop.metrics import direction_of

_METRIC_LINE = re.compile(r"\bMETRIC[ \t]+([A-Za-z_][\w./-]*|[{$%][^=\s]*)[ \t]*=")
_JSON_CALL = re.compile(r"json\.dumps?\(|JSON\.stringify\(|to_json|json_encode\(|Jason\.encode|json!\(|json\.Marshal")
_JSON_KEY = re.compile(r"""["']?([A-Za-z_][\w.-]*)["']?\s*(?::|=>)""")
_JSON_REACH = 600
_PRINTS = re.compile(
    r"\b(print\w*|log|info|echo|puts|say|writeln|println!?|print!|eprintln!|Println|Printf|cout|write|WriteLine|fprintf)\b"
)
_TEXT = re.compile(r'f?"((?:\\.|[^"\\\n])*)"' + r"|f?'((?:\\.|[^'\\\n])*)'" + r"|`((?:\\.|[^`\\])*)`")
_SLOT = r"(?:\$\{[^}]*\}|\\\([^)\n]*\)|#\{[^}]*\}|\{[^}\n]*\}|\$\w+|%[-+ 0]?[\d.]*l*[dfgeFGEsvuz])"
_LABELLED = re.compile(rf"([A-Za-z][\w/ .@%-]{{0,40}}?)\s*(?:([:=])\s*|\s){_SLOT}\s*([A-Za-zµ%][\w/%µ]*)?")
_OPEN_LABEL = re.compile(r"([A-Za-z][\w/ .@%-]{0,40}?)\s*([:=])\s*$")
# Words that carry a number without being a measurement.
_NO_METRIC = re.compile(
    r"(?i)\b(usage|seed|epochs?|steps?|iters?|iterations?|rounds?|n|size|version|file|path|url|port|listening|warning"
    r"|expected|error|failed|failure|using|loading|loaded|total|count|batch|rank|device|params?|parameters?|times)\b"
)
_NUMBER = r"([-+]?\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][-+]?\d+)?)"


class Printed(msgspec.Struct, frozen=True):
    """A number that a script seems to print, with what is needed to read it; an unknown direction is empty."""

    format: str
    metric: str
    direction: str = ""
    unit: str = ""
    pattern: str = ""


def printed(source: str) -> tuple[Printed, ...]:
    """What the script prints, the best first; empty when nothing can be told from its text."""
    found = (*_metric_lines(source), *_json_keys(source), *_labels(source))
    known = sorted((one for one in found if one.direction), key=lambda one: not _is_score(one.metric))
    return tuple(known) or tuple(one for one in found if one.format == "metric_lines")


def _known(format_name: str, metric: str, unit: str = "", pattern: str = "") -> Printed:
    return Printed(format_name, metric, direction_of(metric, unit) or "", unit, pattern)


def _metric_lines(source: str) -> Iterator[Printed]:
    """Names spelled out come first; ``METRIC {name}=`` still tells the format."""
    names = [found[1] for found in _METRIC_LINE.finditer(source)]
    spelled = list(dict.fromkeys(name for name in names if name[0] not in "{$%"))
    yield from (_known("metric_lines", name) for name in spelled)
    if names and not spelled:
        yield Printed("metric_lines", "")


def _json_keys(source: str) -> Iterator[Printed]:
    """Keys near an encoder whose name is a metric; nested ones are left to the first run."""
    for call in _JSON_CALL.finditer(source):
        near = source[max(0, call.start() - _JSON_REACH) : call.end() + _JSON_REACH]
        if not _PRINTS.search(near):
            continue
        for key in dict.fromkeys(found[1] for found in _JSON_KEY.finditer(near)):
            if not _NO_METRIC.fullmatch(key):
                yield _known("json", key)


def _labels(source: str) -> Iterator[Printed]:
    for line in source.splitlines():
        if not _PRINTS.search(line) or len(line) > 500:  # noqa: PLR2004 - longer lines are data or minified
            continue
        for text in _TEXT.finditer(line):
            yield from _in_text(text[1] or text[2] or text[3] or "", line[text.end() :].lstrip())


def _in_text(text: str, after: str) -> Iterator[Printed]:
    for found in _LABELLED.finditer(text):
        alone = found.start() == 0 and bool(found[2])
        yield from _labelled(found[1], found[2] or "", found[3] or "", alone=alone)
    found_open = _OPEN_LABEL.search(text)
    if found_open and after.startswith((",", "<<", "+", ")", ".")):
        yield from _labelled(found_open[1], found_open[2], "", alone=found_open.start() == 0)


def _labelled(label: str, sign: str, unit: str, *, alone: bool) -> Iterator[Printed]:
    """A label at the start of its text is a line ``name: value``; anywhere else it takes a pattern to find it."""
    words = re.sub(r"^.*[.,]\s", "", label).strip()
    if not words or words.startswith("METRIC") or (_NO_METRIC.search(words) and not _is_score(words)):
        return
    if not sign and not direction_of(words.split()[-1]):
        return
    said = unit if re.fullmatch(r"[A-Za-zµ%/]+", unit) else ""
    name = re.sub(r"[^A-Za-z0-9]+", "_", words).strip("_").lower()
    direction = direction_of(name, said or (words.split()[-1] if "/" in words else "")) or ""
    if alone and words == label:
        yield Printed("summary", words, direction, said)
        return
    gap = rf"\s*{sign}\s*" if sign else r"\s+"
    yield Printed("regex", name, direction, said, rf"\b{re.escape(words).replace(chr(92) + ' ', ' +')}{gap}{_NUMBER}")


def _is_score(words: str) -> bool:
    return re.search(r"(?i)\b(val|test|eval)\w*[ _/]|^(val|test|eval)_", words) is not None
