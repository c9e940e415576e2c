"""Many numbers of one run become one sample of each metric."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from autoloop.metrics.model import Harvest, Measure
from autoloop.metrics.names import fits
from autoloop.units import Quantity, convert

MOST_NAMES = 2000
MOST_REPETITIONS = 1000
"""Bounds on memory: further names are not tracked, but for the wanted one; of a name the latest repetitions count."""
GEOMEAN = "geomean"


def never(_: str) -> bool:
    """No metric's last repetition stands for all."""
    return False


class _Series:
    """Repetitions of one metric within one run, all in the unit of the first."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.values: deque[float] = deque(maxlen=MOST_REPETITIONS)
        self.mixed = False

    def add(self, quantity: Quantity) -> None:
        try:
            self.values.append(convert(quantity, self.unit).value)
        except ValueError:
            self.mixed = True


class Samples:
    """Collects the measures of one run.

    Args:
        wanted: name of the primary metric, tracked however many other names there are.
    """

    def __init__(self, wanted: str = "") -> None:
        self._wanted = wanted
        self._series: dict[tuple[str, str], tuple[Measure, _Series]] = {}

    def __len__(self) -> int:
        return len(self._series)

    def add(self, measure: Measure) -> None:
        """Take one more repetition of a metric."""
        key = (measure.benchmark, measure.field)
        if key not in self._series:
            if len(self._series) >= MOST_NAMES and not (self._wanted and fits(measure.name, self._wanted)):
                return
            self._series[key] = (measure, _Series(measure.quantity.unit))
        self._series[key][1].add(measure.quantity)

    def extend(self, measures: Iterable[Measure]) -> Samples:
        """Take many; answers itself."""
        for measure in measures:
            self.add(measure)
        return self

    def harvest(self, format_name: str, latest: Callable[[str], bool] = never) -> Harvest:
        """One sample of each metric: the median of its repetitions, or the last one where ``latest(name)`` holds.

        The repetitions of one run share its luck, so they are not independent samples and never count as such.
        """
        measures = self._settled(latest)
        mixed = frozenset(measure.name for measure, series in self._series.values() if series.mixed)
        return Harvest(format_name, {measure.name: measure.quantity for measure in measures}, mixed)

    def benchmarks(self, format_name: str) -> Harvest:
        """As ``harvest``, with a geometric mean over the benchmarks for each kind of number they report."""
        found = self.harvest(format_name)
        means, members = _geomeans(list(self._settled()))
        return found._replace(values=found.values | means, members=members)

    def _settled(self, latest: Callable[[str], bool] = never) -> Iterator[Measure]:
        for measure, series in self._series.values():
            value = series.values[-1] if latest(measure.name) else median(series.values)
            yield measure._replace(quantity=Quantity(value, series.unit))


def median(values: Iterable[float]) -> float:
    """The median, or the first value that is not finite: a broken repetition must not be averaged out."""
    ordered = sorted(values)
    odd = next((value for value in ordered if not math.isfinite(value)), None)
    if odd is not None:
        return odd
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _geomeans(measures: Sequence[Measure]) -> tuple[dict[str, Quantity], tuple[str, ...]]:
    groups: dict[str, list[Measure]] = {}
    units = {m.quantity.unit for m in measures if not m.field}
    for measure in measures:
        kind = measure.field or (measure.quantity.unit or "unitless" if len(units) > 1 else "")
        groups.setdefault(f"{GEOMEAN}.{kind}" if kind else GEOMEAN, []).append(measure)
    means = {name: mean for name, group in groups.items() if (mean := _geomean(group)) is not None}
    return means, tuple(sorted({measure.benchmark for measure in measures}))


def _geomean(group: Sequence[Measure]) -> Quantity | None:
    """The geometric mean, which weighs a factor of two alike in every benchmark (Fleming and Wallace, CACM 1986)."""
    values = [measure.quantity.value for measure in group]
    units = {measure.quantity.unit for measure in group}
    if len(units) != 1 or min(values) < 0:
        return None
    unit = units.pop()
    if not all(map(math.isfinite, values)):
        return Quantity(math.nan, unit)
    if len(values) == 1 or not all(values):
        return Quantity(min(values), unit)
    return Quantity(math.exp(math.fsum(map(math.log, values)) / len(values)), unit)
