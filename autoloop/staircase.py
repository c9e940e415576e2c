"""The progress staircase as numbers: where every experiment landed, and the best state so far. Pure.

A machine is faster at night. Verdicts do not mind, since they compare runs that take turns; a chart of the bare values
would. So each experiment is drawn at its *effect*, from the level of the state that it was measured against.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from autoloop.reported import ExperimentReported, Outcome, Report


class Point(Struct, frozen=True):
    """One experiment, in the metric's unit: its place, and the ends of its interval, the smaller one first."""

    id: int
    value: float | None
    low: float | None
    high: float | None
    outcome: Outcome
    label: str


class Staircase(Struct, frozen=True):
    """Every point, and the steps of the best state: (experiment, level), beginning at the start."""

    points: tuple[Point, ...]
    steps: tuple[tuple[float, float], ...]


def staircase(report: Report) -> Staircase:
    """The points of a report's own experiments and the steps through those that were kept."""
    own = [experiment for experiment in report.experiments if not experiment.imported]
    level = report.metric.start if report.metric else None
    lower = report.metric is None or report.metric.direction == "lower_is_better"
    steps = [] if level is None or not own else [(own[0].id - 1.0, level)]
    points: list[Point] = []
    session = own[0].session if own else 0
    for one in own:
        if one.session != session and one.incumbent is not None:  # somebody else's work lies between two sessions
            session, level = one.session, one.incumbent
            steps.append((one.id - 0.5, level))
        points.append(_point(one, level, lower=lower))
        value = points[-1].value
        if one.outcome == "kept" and value is not None:
            level = value
            steps.append((float(one.id), level))
    return Staircase(tuple(points), tuple(steps))


def _point(one: ExperimentReported, level: float | None, *, lower: bool) -> Point:
    effect = one.effect
    base = one.incumbent if level is None else level
    if not base or effect.percent is None:
        return Point(one.id, one.value, None, None, one.outcome, one.description)
    value, first, last = _moved(base, (effect.percent, effect.low, effect.high), lower=lower)
    low, high = sorted((first, last)) if first is not None and last is not None else (None, None)
    return Point(one.id, value, low, high, one.outcome, one.description)


def _moved(base: float, percents: tuple[float | None, ...], *, lower: bool) -> Iterator[float | None]:
    """Values that are so many per cent better than ``base``."""
    sign = -1 if lower else 1
    for percent in percents:
        yield None if percent is None else base + sign * abs(base) * percent / 100
