"""Small pieces of text that many answers share."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.text import Text

from autoloop.model import GuardrailResult, Improvement, Record
from autoloop.units import format_size, format_value

Block = RenderableType

_AXIS = 21  # columns, with one for zero in the middle
_ROOM_FOR_UNIT = 6
_LEAST_ROOM = 10

STYLES = {
    "keep": "bold green",
    "kept": "green",
    "pass": "green",
    "discard": "red",
    "discarded": "dim",
    "fail": "bold red",
    "crash": "bold red",
    "crashed": "red",
    "rerun": "bold yellow",
    "warn": "yellow",
    "open": "cyan",
    "untried": "cyan",
    "tried": "dim",
    "written": "green",
    "updated": "green",
    "missing": "yellow",
    "outdated": "yellow",
    "modified": "yellow",
    "foreign": "red",
    "proceed": "green",
    "caution": "yellow",
    "avoid": "red",
}


def typed(line: str) -> Text:
    """A command to be copied: not folded, since a line break would be copied with it."""
    return Text(line, style="green", no_wrap=True, overflow="ignore")


def word(text: str) -> Text:
    """A status or verdict in its colour."""
    return Text(text, style=STYLES.get(text, ""))


class Indented:
    """A text a little to the right, all of its lines; in a pipe they are as long as they are."""

    def __init__(self, text: Text | str, by: int = 2, mark: str = "") -> None:
        self.text = Text(text) if isinstance(text, str) else text
        self.by = by
        self.mark = mark

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Each line, folded to the room there is."""
        before, room = self.mark, max(_LEAST_ROOM, options.max_width - self.by)
        for line in self.text.split("\n"):
            for part in [line] if options.no_wrap else line.wrap(console, room):
                part.rstrip()
                yield Text.assemble(before.ljust(self.by), part)
                before = ""


def guardrails(results: Sequence[GuardrailResult]) -> list[Text]:
    """A line for each guardrail; below one that failed, what its command printed."""
    return [_guardrail(rail) for rail in results]


def _guardrail(rail: GuardrailResult) -> Text:
    status = "pass" if rail.passed else "fail" if rail.passed is False else "warn"
    told = rail.threshold if rail.passed else rail.why or "not judged"
    if rail.passed is False and rail.value is not None:
        told = f"{told}; wanted {rail.threshold}"
    first, *more = told.strip().splitlines() or [""]
    made = Text.assemble(word(status), f"  guardrail {rail.name}", f": {first}" if first else "")
    return made.append("".join(f"\n      {line}" for line in more), "dim")


def percent(value: float | None) -> str:
    """A gain with its sign, or a dash."""
    return "-" if value is None else f"{value:+.2f} %"


def paths(names: Sequence[str]) -> str:
    """File names on one line, also where one of them holds a line break."""
    return ", ".join(name.replace("\n", "\\n") for name in names)


def effect(improvement: Improvement) -> str:
    """A gain with its interval."""
    text = percent(improvement.percent)
    low, high = improvement.low, improvement.high
    if low is None or high is None or low == high:
        return text
    return f"{text} ({low:+.2f} to {high:+.2f})"


def effect_told(improvement: Improvement) -> str:
    """A gain with its interval, and what the interval is."""
    text = effect(improvement)
    return f"{text}, 90 % interval" if text.endswith(")") else text


def measured(value: float | None, unit: str) -> str:
    """A value in its unit, or a dash."""
    return "-" if value is None else format_value(value, unit)


def axis(scale: float, width: int = _AXIS) -> str:
    """The head of a column of bars: both ends in per cent, and zero in the middle."""
    side = width // 2
    unit = " %" if side >= _ROOM_FOR_UNIT else ""
    return f"{f'{-scale:.0f}{unit}':<{side}}0{f'{scale:+.0f}{unit}':>{side}}"


def bar(improvement: Improvement, scale: float, width: int = _AXIS) -> Text:
    """The effect's interval drawn against zero: ``--|-=o=-`` with the zero line in the middle."""
    cells = [" "] * width
    middle = width // 2

    def column(value: float) -> int:
        return max(0, min(width - 1, middle + round(value / scale * middle)))

    low, high, point = improvement.low, improvement.high, improvement.percent
    if point is not None:
        first, last = column(low if low is not None else point), column(high if high is not None else point)
        for index in range(first, last + 1):
            cells[index] = "─"
    cells[middle] = "│"
    if point is not None:
        cells[column(point)] = "●"
    style = "green" if point and low is not None and low > 0 else "red" if point and point < 0 else ""
    return Text("".join(cells), style=style)


def next_line(record: Record) -> str:
    """The command to type next, or nothing."""
    if record.state == "uninitialized":
        return "next: autoloop init --verify"
    choices = [" ".join(_shown(word) for word in offer.argv) for offer in record.next]
    likely = [
        choice for choice in choices if not choice.startswith(("autoloop doctor", "autoloop baseline", "autoloop init"))
    ]
    shown = (likely or choices)[:3]
    return f"next: {'  |  '.join(shown)}" if shown else ""


def _shown(part: str) -> str:
    return part if part == "TEXT" else shlex.quote(part)


def free(size: float) -> str:
    """A size for people."""
    return format_size(size)
