"""The progress staircase: kept improvements as steps among everything else that was tried."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import quantiles

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from autoloop.report.charts.canvas import MARKERS, NARROW, PALETTE, WIDE, figure, shortened
from autoloop.report.outcome import WORDS
from autoloop.reported import MetricReported, Outcome, Report
from autoloop.staircase import Point, Staircase, staircase

_MANY = 150
_LABELS = 14
_SLOPE = 33
_LONGEST = 36
_PER_LETTER = 4.9  # pixels along the axis, sloping
_ROOM = 0.42  # of the height, for names beyond the best step
_LEAST_FOR_QUARTILES = 4


def progress(report: Report, *, narrow: bool = False) -> Figure:
    """Every experiment at its value, with its interval; the best state as steps; what has no value at the edge."""
    found = staircase(report)
    made, axes = figure(NARROW if narrow else WIDE, 340 if narrow else 480)
    lower = report.metric is None or report.metric.direction == "lower_is_better"
    low, high = _window(found)
    bad = high - 0.03 * (high - low) if lower else low + 0.03 * (high - low)  # for what has no value: the worse end
    if not narrow and _labelled(found):
        room = _ROOM * (high - low)
        low, high = (low - room, high) if lower else (low, high + room)
    many = len(found.points) > _MANY
    _intervals(axes, found.points, faint=many)
    for outcome in WORDS:
        _marks(axes, [p for p in found.points if p.outcome == outcome], outcome, (low, high), bad, many=many)
    _steps(axes, found, report)
    axes.set_ylim(low, high)
    _words(axes, report.metric, found, before=0.0 if narrow else _room_before(found))
    if not narrow:
        _labels(axes, found, report.metric)
    if found.points:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=3 if narrow else 7, handletextpad=0.1)
    return made


def _window(found: Staircase) -> tuple[float, float]:
    """The values that are shown: all of them, but those far beyond the quartiles are drawn at the edge."""
    values = [p.value for p in found.points if p.value is not None] + [value for _, value in found.steps]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    if len(values) >= _LEAST_FOR_QUARTILES:
        first, _, third = quantiles(values, n=4)
        steps = [value for _, value in found.steps]
        reach = 2.5 * (third - first)
        low = max(low, min([first - reach, *steps]))
        high = min(high, max([third + reach, *steps]))
    pad = 0.12 * (high - low) or abs(high) * 0.1 or 1.0
    return low - pad, high + pad


def _intervals(axes: Axes, points: Sequence[Point], *, faint: bool) -> None:
    for kept in (False, True):
        chosen = [p for p in points if (p.outcome == "kept") is kept and p.low is not None and p.high is not None]
        if chosen:
            colour = PALETTE["kept" if kept else "discarded"]
            lows, highs = zip(*((p.low, p.high) for p in chosen), strict=True)
            alpha = 0.75 if kept else 0.12 if faint else 0.35
            axes.vlines([p.id for p in chosen], lows, highs, colors=colour, alpha=alpha, linewidth=1.3)


def _marks(
    axes: Axes, points: Sequence[Point], outcome: Outcome, window: tuple[float, float], bad: float, *, many: bool
) -> None:
    if not points:
        return
    low, high = window
    inset = 0.03 * (high - low)
    heights = [bad if p.value is None else min(max(p.value, low + inset), high - inset) for p in points]
    size = (70 if outcome == "kept" else 42) / (2 if many else 1)
    drawn = axes.scatter(
        [p.id for p in points],
        heights,
        s=size,
        marker=MARKERS[outcome],
        color=PALETTE[outcome],
        zorder=4 if outcome == "kept" else 3,
        alpha=0.6 if many and outcome == "discarded" else None,
        linewidths=0,
        label=f"{WORDS[outcome]} ({len(points)})",
    )
    if outcome == "kept" or not many:
        drawn.set_urls([f"#exp-{p.id}" for p in points])


def _steps(axes: Axes, found: Staircase, report: Report) -> None:
    if not found.steps or not found.points:
        return
    numbers, values = zip(*found.steps, strict=True)
    last = float(max(p.id for p in found.points)) + 0.5
    axes.step([*numbers, last], [*values, values[-1]], where="post", color=PALETTE["kept"], linewidth=1.8, zorder=2)
    if report.metric is not None and report.metric.start is not None:
        axes.axhline(report.metric.start, color=PALETTE["muted"], linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)


def _words(axes: Axes, metric: MetricReported | None, found: Staircase, *, before: float) -> None:
    axes.set_xlabel("experiment")
    if found.points:
        axes.set_xlim(found.points[0].id - 1.2 - before, found.points[-1].id + 1.2)
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    axes.xaxis.set_major_formatter(lambda number, _: f"{number:.0f}" if number >= 0 else "")
    if metric is not None:
        better = "lower is better" if metric.direction == "lower_is_better" else "higher is better"
        unit = f", {metric.unit}" if metric.unit else ""
        axes.set_title(f"{metric.name}{unit} ({better})", loc="left", fontsize=12, color=PALETTE["muted"])
    else:
        axes.set_title("no metric yet", loc="left", fontsize=12, color=PALETTE["muted"])


def _labels(axes: Axes, found: Staircase, metric: MetricReported | None) -> None:
    """What the improvements are: towards the start and the better end, where no experiment has been yet."""
    lower = metric is None or metric.direction == "lower_is_better"
    for point in _labelled(found):
        end = point.low if lower else point.high
        axes.annotate(
            shortened(point.label, _LONGEST),
            (point.id, point.value if end is None else end),
            xytext=(0, -7 if lower else 7),
            textcoords="offset points",
            rotation=_SLOPE if lower else -_SLOPE,
            rotation_mode="anchor",
            ha="right",
            va="center",
            fontsize=10,
            color=PALETTE["kept"],
        )


def _room_before(found: Staircase) -> float:
    """Experiments that the names need as room before the first one."""
    if not found.points:
        return 0.0
    first, last = found.points[0].id, found.points[-1].id
    per_pixel = (last - first + 2) / (WIDE - 90)
    ends = (p.id - per_pixel * _PER_LETTER * min(len(p.label), _LONGEST) for p in _labelled(found))
    return max(0.0, first - min(ends, default=float(first)))


def _labelled(found: Staircase) -> list[Point]:
    """The improvements that are named; none when so many names would hide the steps."""
    kept = [p for p in found.points if p.outcome == "kept" and p.value is not None]
    return kept if len(kept) <= _LABELS else []
