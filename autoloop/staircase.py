"""The progress staircase as numbers: where every experiment landed, and the best state so far. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from autoloop.reported import ExperimentReported, Outcome, Report


class Point(Struct, frozen=True):
    """One experiment; ``low`` and ``high`` are the ends of its interval in the metric's unit."""

    id: int
    value: float | None
    low: float | None
    high: float | None
    outcome: Outcome
    label: str


class Staircase(Struct, frozen=True):
    """Every point, and the steps of the best state: (experiment, value), beginning at the start."""

    points: tuple[Point, ...]
    steps: tuple[tuple[float, float], ...]


def staircase(report: Report) -> Staircase:
    """The points of a report's own experiments and the steps through those that were kept."""
    own = [experiment for experiment in report.experiments if not experiment.imported]
    lower = report.metric is None or report.metric.direction == "lower_is_better"
    points = tuple(_point(experiment, lower=lower) for experiment in own)
    return Staircase(points, _steps(report, points))


def _steps(report: Report, points: Sequence[Point]) -> tuple[tuple[float, float], ...]:
    start = report.metric.start if report.metric else None
    kept = [(float(p.id), p.value) for p in points if p.outcome == "kept" and p.value is not None]
    if start is None or not points:
        return tuple(kept)
    return ((points[0].id - 1.0, start), *kept)


def _point(experiment: ExperimentReported, *, lower: bool) -> Point:
    low, high = interval(experiment, lower=lower)
    return Point(experiment.id, experiment.value, low, high, experiment.outcome, experiment.description)


def interval(experiment: ExperimentReported, *, lower: bool) -> tuple[float | None, float | None]:
    """The interval of the effect as values of the metric, smaller end first; (None, None) where there is none."""
    effect, base = experiment.effect, experiment.incumbent
    if base is None or effect.low is None or effect.high is None:
        return None, None
    sign = -1 if lower else 1
    ends = sorted(base + sign * abs(base) * end / 100 for end in (effect.low, effect.high))
    return ends[0], ends[1]
