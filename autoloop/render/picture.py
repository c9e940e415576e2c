"""One look at what goes on, drawn: what runs, the samples, the interval as it narrows, the budget as it burns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import chain, groupby
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from autoloop.budget import Line
from autoloop.model import Improvement
from autoloop.progress import Point, Progress
from autoloop.render.experiments import scale_of
from autoloop.render.standing import amount
from autoloop.render.words import STYLES, Block, axis, bar, effect, measured, percent
from autoloop.ticker import lasted
from autoloop.units import format_duration
from autoloop.watched import Watch

_ESTIMATES = 7
_RECENT = 5
_LOGGED = 5
_BARS = "▁▂▃▄▅▆▇█"


class Picture:
    """Everything in one column, the most telling first; fits a terminal of 40 columns."""

    def __init__(self, watched: Watch) -> None:
        self.watched = watched

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The picture in the width there is."""
        watched, width = self.watched, options.max_width
        parts = (_head(watched), _work(watched, width), _points(watched, width), _budget(watched, width))
        for block in chain(*parts, _recent(watched, width), _log(watched)):
            if isinstance(block, Text):
                block.no_wrap, block.overflow = True, "ellipsis"
            yield block


def _head(watched: Watch) -> Iterator[Block]:
    status = watched.status
    name = f"session {status.session.name}" if status.session else "no session"
    yield Text.assemble(("autoloop", "bold"), f"  {name}  ", (watched.state, "bold cyan"))
    if status.session is not None and status.session.goal:
        yield Text(status.session.goal, style="italic")
    base, now = status.baseline, status.incumbent
    if base is not None and now is not None:
        gain = f"  {percent(status.session.claimed_percent)} claimed" if status.session and status.session.wins else ""
        yield Text(f"{base.metric}  {measured(base.value, base.unit)} -> {measured(now.value, base.unit)}{gain}")
    yield Text()


def _work(watched: Watch, width: int) -> Iterator[Block]:
    """What runs, how far it is, and how long it takes as a rule."""
    told, running, experiment = watched.progress, watched.status.running, watched.status.experiment
    if experiment is not None:
        yield Text(f"#{experiment.id} {experiment.description}", style="bold")
    if told is None or running is None:
        yield Text(f"Nothing is running. {watched.status.describe}", style="dim")
    else:
        yield Text.assemble((told.phase or running.command, "bold cyan"), f"  {' '.join(told.text.split())}")
        yield from _meters(told, running.elapsed, width)
    yield from (Text(line, style="dim") for line in watched.lines[-2:])
    yield Text()


def _meters(told: Progress, elapsed: float, width: int) -> Iterator[Block]:
    if told.most:
        yield _meter(f"{told.done} of at most {told.most}", told.done, told.most, width)
    expected = told.expected or 0.0
    yield _meter(lasted(elapsed, expected), min(elapsed, expected), expected, width)
    if told.running:
        yield Text(f"{told.running} for {format_duration(told.seconds)}", style="dim")


def _meter(text: str, done: float, most: float, width: int) -> Block:
    """A text and a bar beside it; only the text where there is no end to measure against."""
    line = Table.grid(padding=(0, 1))
    line.add_column(width=24, no_wrap=True, overflow="ellipsis")
    line.add_column()
    line.add_row(Text(text), ProgressBar(most, done, width=max(4, min(40, width - 26))) if most else Text())
    return line


def _points(watched: Watch, width: int) -> Iterator[Block]:
    """The samples of each side, and the interval as it narrows."""
    unit = watched.status.baseline.unit if watched.status.baseline else ""
    values = [point.value for point in watched.points if point.value is not None]
    for arm in ("incumbent", "candidate"):
        taken = [point.value for point in watched.points if point.arm == arm and point.value is not None]
        if taken:
            shown = taken[-max(4, width - 32) :]
            line = f"{arm:9} {spark(shown, min(values), max(values))} {measured(taken[-1], unit)}"
            yield Text(f"{line} ({len(taken)})")
    known = [points[-1] for points in _estimates(watched.points)]
    if known:
        yield Text()
        yield from _narrowing(known, width)
    if watched.points:
        yield Text()


def spark(values: list[float], low: float, high: float) -> str:
    """Values as a line of small bars, on the scale from ``low`` to ``high``."""
    span = high - low
    steps = len(_BARS) - 1
    return "".join(_BARS[round((value - low) / span * steps) if span > 0 else steps // 2] for value in values)


def _estimates(points: Sequence[Point]) -> Iterator[list[tuple[int, Point]]]:
    """The numbered points that have an estimate; those of the same one together, since it moves once in a pair."""
    numbered = [(number, point) for number, point in enumerate(points, 1) if point.percent is not None]
    for _, same in groupby(numbered, key=lambda one: (one[1].percent, one[1].low, one[1].high)):
        yield list(same)


def _narrowing(known: list[tuple[int, Point]], width: int) -> Iterator[Block]:
    """A few of the estimates with their intervals drawn against zero, the latest last."""
    last = len(known) - 1
    chosen = sorted({round(last * step / (_ESTIMATES - 1)) for step in range(_ESTIMATES)})
    ends = [abs(x) for i in chosen for x in (known[i][1].low, known[i][1].high, known[i][1].percent) if x is not None]
    scale = min(100.0, max([1.0, *ends]))
    room = max(9, min(41, width - 31)) | 1
    yield Text(f"     {axis(scale, room)}", style="dim")
    for index in chosen:
        number, point = known[index]
        found = Improvement(point.percent, point.low, point.high)
        yield Text.assemble((f"{number:4} ", "dim"), bar(found, scale, room), f" {effect(found)}")


def _budget(watched: Watch, width: int) -> Iterator[Block]:
    for name, line in watched.budget.items():
        yield _burnt(name, line, width)
    if watched.budget:
        yield Text()


def _burnt(name: str, line: Line, width: int) -> Block:
    of = f" of {amount(name, line.limit)}" if line.limit is not None else ""
    spent = amount(name, line.spent)
    most = line.limit or 0.0
    return _meter(f"{name.replace('_', ' ')} {spent}{of}", min(line.spent or 0.0, most), most, width)


def _recent(watched: Watch, width: int) -> Iterator[Block]:
    shown = [one for one in watched.status.recent if one.status != "open"][:_RECENT]
    scale = scale_of([one.improvement for one in shown])
    for one in shown:
        drawn = bar(one.improvement, scale, 15) if width >= 60 else Text()  # noqa: PLR2004 - there is room for it
        gain = f"{percent(one.improvement.percent):>9} "
        yield Text.assemble(
            f"{one.id:4} ",
            Text(f"{one.status:10}", style=STYLES.get(one.status, "")),
            gain,
            drawn,
            f" {one.description}",
        )
    if shown:
        yield Text()


def _log(watched: Watch) -> Iterator[Block]:
    for line in watched.log[-_LOGGED:]:
        yield Text(f"{_clock(line.at)} {line.text}", style="dim")


def _clock(at: str) -> str:
    """A moment of the log as the clock on the wall showed it."""
    try:
        return datetime.fromisoformat(at).astimezone().strftime("%H:%M:%S")
    except ValueError:
        return "--:--:--"


def watch(answer: Watch) -> list[Block]:
    """One look, as the live view draws it."""
    return [Picture(answer)]


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {Watch: watch}
