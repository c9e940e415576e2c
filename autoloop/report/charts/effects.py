"""A forest plot: every effect with its interval against zero."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autoloop.report.charts.canvas import MARKERS, NARROW, PALETTE, WIDE, figure, shortened
from autoloop.reported import ExperimentReported, Report

MOST = 60
_ROW, _EDGES = 23, 74


def shown(report: Report) -> list[ExperimentReported]:
    """What the plot holds: measured effects in their order, or when there are too many the kept and the latest ones."""
    measured = [one for one in report.experiments if one.effect.percent is not None and not one.imported]
    if len(measured) <= MOST:
        return measured
    kept = [one for one in measured if one.outcome == "kept"][-MOST:]
    others = [one for one in measured if one.outcome != "kept"]
    latest = others[len(others) - (MOST - len(kept)) :]
    return sorted([*kept, *latest], key=lambda one: one.id)


def effects(report: Report, *, narrow: bool = False) -> Figure:
    """One row for each effect, the first experiment on top."""
    rows = shown(report)
    made, axes = figure(NARROW if narrow else WIDE, _EDGES + _ROW * max(1, len(rows)))
    low, high = _window(rows)
    for place, one in enumerate(rows):
        _row(axes, place, one, (low, high))
    axes.set_xlim(low, high)
    axes.set_ylim(len(rows) - 0.4, -0.8)
    axes.axvline(0, color=PALETTE["muted"], linewidth=1, zorder=1)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", linewidth=0.6)
    axes.set_yticks(range(len(rows)), [_label(one, narrow=narrow) for one in rows])
    for text, one in zip(axes.get_yticklabels(), rows, strict=True):
        text.set_color(PALETTE["kept" if one.outcome == "kept" else "muted"])
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", pad=9)  # room for the arrows of what is cut
    axes.set_xlabel("worse  ←  effect in %, with 90 % interval  →  better")
    return made


def _window(rows: Sequence[ExperimentReported]) -> tuple[float, float]:
    """Wide enough for every gain; losses beyond half as much again are cut, with an arrow."""
    gains = [x for one in rows for x in (one.effect.percent, one.effect.high) if x is not None]
    losses = [x for one in rows for x in (one.effect.percent, one.effect.low) if x is not None]
    best = max([5.0, *gains])
    return max(min([-5.0, *losses]), -1.5 * best) * 1.08, best * 1.08


def _row(axes: Axes, place: int, one: ExperimentReported, window: tuple[float, float]) -> None:
    low, high = window
    effect, colour = one.effect, PALETTE[one.outcome]
    point = effect.percent or 0.0
    first, last = (end if end is not None else point for end in (effect.low, effect.high))
    axes.hlines(place, max(first, low), min(last, high), colors=colour, linewidth=1.8, zorder=2)
    if first < low:
        axes.plot([low], [place], marker="<", color=colour, markersize=6, clip_on=False, zorder=3)
    if low <= point <= high:
        drawn = axes.scatter([point], [place], s=44, marker=MARKERS[one.outcome], color=colour, linewidths=0, zorder=3)
        drawn.set_urls([f"#exp-{one.id}"])


def _label(one: ExperimentReported, *, narrow: bool) -> str:
    return f"#{one.id}" if narrow else f"{shortened(one.description, 52)}  #{one.id}"
