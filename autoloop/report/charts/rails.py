"""Guardrails over time: one row for each guardrail, one mark for each experiment that it judged."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from autoloop.report.charts.canvas import NARROW, PALETTE, WIDE, figure, shortened
from autoloop.reported import GuardrailReported, Report

_ROW, _EDGES, _HALF = 34, 92, 0.34
_LINKED = 150
_LEAST_SPREAD = 0.05  # of the number: less than that is not made to look like much
_MARKS = {True: ("kept", "o", "passed"), False: ("crashed", "X", "failed"), None: ("discarded", "D", "not judged")}


def names(report: Report) -> list[str]:
    """The guardrails, in the order of their first verdicts."""
    return list(dict.fromkeys(rail.name for one in report.experiments for rail in one.guardrails))


def guardrails(report: Report, *, narrow: bool = False) -> Figure:
    """Passed, failed or not judged; where a guardrail is a number, the mark's height is that number."""
    rows = names(report)
    made, axes = figure(NARROW if narrow else WIDE, _EDGES + _ROW * max(1, len(rows)))
    seen: set[bool | None] = set()
    for place, name in enumerate(rows):
        found = [(one.id, rail) for one in report.experiments for rail in one.guardrails if rail.name == name]
        heights = _heights([rail for _, rail in found])
        for passed in _MARKS:
            marked = [(n, place - h) for (n, rail), h in zip(found, heights, strict=True) if rail.passed is passed]
            _mark(axes, marked, passed, first=passed not in seen)
            seen |= {passed} if marked else set()
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), [shortened(name, 14 if narrow else 30) for name in rows])
    axes.set_xlabel("experiment")
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.5 if len(rows) < 3 else -0.28), ncols=3)  # noqa: PLR2004
    return made


def _heights(found: list[GuardrailReported]) -> list[float]:
    """Offsets within a row: numbers from its lower to its upper edge, everything else in the middle."""
    values = [rail.value for rail in found if rail.value is not None]
    low, high = min(values, default=0.0), max(values, default=0.0)
    middle = (low + high) / 2
    half = max(high - middle, _LEAST_SPREAD * abs(middle)) or 1.0
    return [0.0 if rail.value is None else _HALF * (rail.value - middle) / half for rail in found]


def _mark(axes: Axes, marked: list[tuple[int, float]], passed: bool | None, *, first: bool) -> None:
    if not marked:
        return
    colour, marker, word = _MARKS[passed]
    numbers, heights = zip(*marked, strict=True)
    size = 50 if passed is False else 26
    drawn = axes.scatter(
        numbers, heights, s=size, marker=marker, color=PALETTE[colour], linewidths=0, label=word if first else None
    )
    if len(marked) <= _LINKED:
        drawn.set_urls([f"#exp-{number}" for number in numbers])
