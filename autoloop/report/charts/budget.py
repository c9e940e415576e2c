"""Budget burn-down: what share of each limit was left, over the session's time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from autoloop.report.charts.canvas import NARROW, PALETTE, WIDE, figure
from autoloop.reported import ExperimentReported, LimitReported, SessionReported
from autoloop.units import format_duration

_COLOURS = {"experiments": "kept", "time": "open", "eval_time": "guardrail", "tokens": "uncertain", "usd": "scope"}
_STYLES = {"experiments": "-", "time": (0, (5, 2)), "eval_time": (0, (2, 1.5)), "tokens": "-.", "usd": ":"}
_MINUTE, _HOUR = 60.0, 3600.0

Line = list[tuple[float, float]]


def limited(session: SessionReported) -> list[LimitReported]:
    """The limits that burn down."""
    return [one for one in session.limits if one.name in _COLOURS and one.limit]


def budget(session: SessionReported, experiments: Sequence[ExperimentReported], *, narrow: bool = False) -> Figure:
    """One line for each limit, from all of it to what is left."""
    made, axes = figure(NARROW if narrow else WIDE, 250)
    closed = sorted((one for one in experiments if one.closed is not None), key=lambda one: one.closed or 0.0)
    longest = max([one.closed or 0.0 for one in closed], default=session.opened) - session.opened
    unit, name = (_HOUR, "hours") if longest > 2 * _HOUR else (_MINUTE, "minutes")
    for limit in limited(session):
        line = list(_line(limit, session, closed))
        times, left = zip(*line, strict=True)
        axes.plot(
            [time / unit for time in times],
            left,
            drawstyle="default" if limit.name == "time" else "steps-post",
            marker="o" if len(line) == 1 else None,
            color=PALETTE[_COLOURS[limit.name]],
            linestyle=_STYLES[limit.name],
            linewidth=2,
            label=f"{limit.name.replace('_', ' ')}: {_amount(limit)}",
        )
    axes.set_ylim(-0.03, 1.03)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel(f"{name} since the session began")
    axes.set_title("left of each limit", loc="left", fontsize=12, color=PALETTE["muted"])
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.24), ncols=1 if narrow else 3)
    return made


def _amount(limit: LimitReported) -> str:
    values = [limit.spent, limit.limit]
    if limit.name in {"time", "eval_time"}:
        shown = ["unknown" if value is None else format_duration(value) for value in values]
    else:
        shown = ["unknown" if value is None else f"{value:,.4g}" for value in values]
    return f"{shown[0]} of {shown[1]} used"


def _line(
    limit: LimitReported, session: SessionReported, closed: Sequence[ExperimentReported]
) -> Iterator[tuple[float, float]]:
    """(seconds since the session began, share left); where only the total is known, that alone."""
    most = limit.limit or 1.0
    if limit.name in {"tokens", "usd"}:
        end = closed[-1].closed if closed else session.opened
        yield (end or session.opened) - session.opened, 1 - (limit.spent or 0.0) / most
        return
    yield 0.0, 1.0
    used = 0.0
    for number, one in enumerate(closed, 1):
        time = (one.closed or session.opened) - session.opened
        used = {"experiments": float(number), "time": time, "eval_time": used + one.seconds}[limit.name]
        yield time, max(0.0, 1 - used / most)
