"""Experiments as rows: on a wide screen a table with effects drawn against zero, on a narrow one two lines each."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.text import Text

from autoloop.model import Improvement
from autoloop.payloads import Recent
from autoloop.render.words import bar, effect, table, word

_NARROW = 100
_SMALLEST_SCALE = 5.0
_LARGEST_SCALE = 100.0


class Experiments:
    """The rows of ``status``, ``history`` and ``run``; a terminal gets one line for each where it is wide enough."""

    def __init__(self, rows: Sequence[Recent]) -> None:
        self.rows = rows
        self.scale = scale_of([row.improvement for row in rows])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table or the list, as the width allows."""
        if options.max_width < _NARROW:
            yield from self._lines()
            return
        one_line = console.is_terminal
        shown = [
            (
                str(row.id),
                status(row),
                gain(row),
                bar(row.improvement, self.scale),
                Text(told(row), no_wrap=one_line, overflow="ellipsis" if one_line else None),
            )
            for row in self.rows
        ]
        axis = f"worse {self.scale:.0f} %  0  better"
        made = table("#", "status", "effect (90 % interval)", axis, "description", rows=shown)
        for column in made.columns[:-1]:
            column.no_wrap = True
        yield made

    def _lines(self) -> RenderResult:
        for row in self.rows:
            yield Text.assemble(f"#{row.id} ", status(row), "  ", gain(row) if row.improvement.percent else "")
            yield Padding(Text(told(row), style="dim", no_wrap=True, overflow="ellipsis"), (0, 0, 0, 2))


def status(row: Recent) -> Text:
    """How it ended, and whether that is somebody else's word."""
    return Text.assemble(word(row.status), " (imported)" if row.imported else "")


def scale_of(effects: Sequence[Improvement]) -> float:
    """Per cent at the ends of the drawn axis: the furthest interval, within reason."""
    ends = [abs(end) for one in effects for end in (one.low, one.high, one.percent) if end is not None]
    return min(_LARGEST_SCALE, max([_SMALLEST_SCALE, *ends]))


def gain(row: Recent) -> str:
    """The effect with its interval, or a dash."""
    return "-" if row.improvement.percent is None else effect(row.improvement)


def told(row: Recent) -> str:
    """The description, and the reason where no effect tells it."""
    silent = row.status == "kept" or not row.reason or row.improvement.percent is not None
    return row.description if silent else f"{row.description}: {row.reason}"
