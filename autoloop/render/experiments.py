"""Experiments as rows: on a wide screen a table with effects drawn against zero, on a narrow one two lines each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from autoloop.model import Improvement
from autoloop.payloads import Recent
from autoloop.render.tables import table
from autoloop.render.words import axis, bar, effect, percent, word

_WIDE, _MEDIUM = 100, 66
_LONG_BAR, _SHORT_BAR = 21, 15
_SMALLEST_SCALE = 5.0
_LOSSES = 1.5
_LARGEST_SCALE = 100.0


class Experiments:
    """The rows of ``status``, ``history``, ``report`` and ``run``; a terminal gets one line for each if it is wide."""

    def __init__(self, rows: Sequence[Recent]) -> None:
        self.rows = rows
        self.scale = scale_of([row.improvement for row in rows])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table or the list, as the width allows."""
        if options.max_width >= _WIDE:
            yield self._table(one_line=console.is_terminal)
        else:
            yield from self._list(options.max_width)

    def _table(self, *, one_line: bool) -> Table:
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
        made = table("#", "status", "effect (90 % interval)", axis(self.scale), "description", rows=shown).table()
        for column in made.columns[:-1]:
            column.no_wrap = True
        return made

    def _list(self, width: int) -> Iterator[Text]:
        """Two lines each; where it is very narrow, the interval is only drawn."""
        medium = width >= _MEDIUM
        size = _LONG_BAR if medium else _SHORT_BAR
        effects = [gain(row) if medium else percent(row.improvement.percent) for row in self.rows]
        numbers, words = (max((len(text) for text in column), default=0) for column in self._names())
        room = max(map(len, effects), default=0)
        before = numbers + words + room + 5
        drawn = before + size <= width
        if drawn:
            yield Text(" " * before + axis(self.scale, size), style="dim")
        for row, shown in zip(self.rows, effects, strict=True):
            first = Text.assemble(f"#{row.id}".ljust(numbers), " ", status(row))
            first.align("left", numbers + 1 + words)
            yield Text.assemble(
                first, "  ", shown.ljust(room), "  ", bar(row.improvement, self.scale, size) if drawn else ""
            )
            yield Text(f"  {told(row)}", style="dim", no_wrap=True, overflow="ellipsis")

    def _names(self) -> tuple[list[str], list[str]]:
        return [f"#{row.id}" for row in self.rows], [status(row).plain for row in self.rows]


def status(row: Recent) -> Text:
    """How it ended, and whether that is somebody else's word."""
    return Text.assemble(word(row.status), " (imported)" if row.imported else "")


def scale_of(effects: Sequence[Improvement]) -> float:
    """Per cent at the ends of the drawn axis: all gains are inside; losses far beyond them end at the edge."""
    ends = [end for one in effects for end in (one.low, one.high, one.percent) if end is not None]
    gain, loss = max([0.0, *ends]), -min([0.0, *ends])
    return min(_LARGEST_SCALE, max(_SMALLEST_SCALE, gain, min(loss, _LOSSES * gain) if gain else loss))


def gain(row: Recent) -> str:
    """The effect with its interval, or a dash."""
    return "-" if row.improvement.percent is None else effect(row.improvement)


def told(row: Recent) -> str:
    """The description, and the reason where no effect tells it."""
    silent = row.status == "kept" or not row.reason or row.improvement.percent is not None
    return row.description if silent else f"{row.description}: {row.reason}"
