"""Rows for people: in columns where there is room for them, else one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from autoloop.render.words import Block, Indented

_GAP = 2
_LEAST_LAST = 24  # columns that the last one may be folded to


class Rows:
    """A plain table without lines around it; numbers are the caller's to align.

    Args:
        headers: of the columns; none at all leaves the line of headers out.
        rows: their cells.
    """

    def __init__(self, headers: Sequence[str], rows: Sequence[Sequence[RenderableType]]) -> None:
        self.headers = headers
        self.rows = [[Text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table, or the list where the table would be all folds."""
        if self._needed(console, options) <= options.max_width or len(self.headers) == 1:
            yield self.table()
        else:
            yield from self._list()

    def table(self) -> Table:
        """The rows in columns."""
        made = Table(box=None, pad_edge=False, header_style="bold", show_header=any(self.headers))
        for header in self.headers:
            made.add_column(header, overflow="fold")
        for row in self.rows:
            made.add_row(*row)
        return made

    def _needed(self, console: Console, options: ConsoleOptions) -> int:
        """Columns of the screen without a fold anywhere but in the last cells."""
        wide = options.update(max_width=10_000)
        *widths, last = (
            max(
                len(header),
                *(console.measure(row[place], options=wide).maximum for row in self.rows if place < len(row)),
                0,
            )
            for place, header in enumerate(self.headers)
        )
        return sum(width + _GAP for width in widths) + min(last, _LEAST_LAST)

    def _list(self) -> Iterator[Block]:
        """What a row is called on a line of its own, the rest below it."""
        named = 1 if len(self.headers) == 2 else 2  # noqa: PLR2004 - a pair is a name and what it stands for
        if self.headers[0] and named == 1:
            yield Text(self.headers[0], style="bold")
        for row in self.rows:
            yield Text("  ").join(cell for cell in row[:named] if isinstance(cell, Text))
            rest = [
                Text.assemble((f"{header} " if header else "", "dim"), cell)
                for header, cell in zip(self.headers[named:], row[named:], strict=False)
                if isinstance(cell, Text) and cell.plain.strip()
            ]
            yield Indented(Text(" · ").join(rest))


def table(*headers: str, rows: Sequence[Sequence[RenderableType]]) -> Rows:
    """Rows with these headers."""
    return Rows(headers, rows)
