"""Small pictures that stand beside a line of text: an interval against zero, and the samples of both arms."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from autoloop.reported import Effect, Samples

WIDTH = 160
_INSET = 6
_HALF = WIDTH / 2


class Bar(Struct, frozen=True):
    """An interval on a scale with zero in the middle, in pixels of ``WIDTH``."""

    left: float
    right: float
    point: float


class Strip(Struct, frozen=True):
    """SVG path data of one dot for each sample, and the medians, on a common scale."""

    candidate: str
    incumbent: str
    low: float
    high: float


def bar(effect: Effect, scale: float) -> Bar | None:
    """The effect where ``scale`` per cent fill one half; what is larger ends at the edge."""
    if effect.percent is None:
        return None
    ends = [effect.percent if end is None else end for end in (effect.low, effect.percent, effect.high)]
    left, point, right = (_HALF + max(-1.0, min(1.0, end / scale)) * (_HALF - 4) for end in ends)
    return Bar(round(left, 1), round(right, 1), round(point, 1))


def strip(samples: Samples) -> Strip | None:
    """Dots for the samples of both arms; None when the candidate has none."""
    if not samples.candidate:
        return None
    values = [*samples.candidate, *samples.incumbent]
    low, high = min(values), max(values)
    return Strip(_dots(samples.candidate, low, high), _dots(samples.incumbent, low, high), low, high)


def _dots(values: Sequence[float], low: float, high: float) -> str:
    """Lines without length, which round caps make dots; in order of time from top to bottom within the row."""
    span = (high - low) or 1.0
    step = 12 / max(1, len(values) - 1)
    where = ((_INSET + (value - low) / span * (2 * WIDTH - 2 * _INSET), n * step) for n, value in enumerate(values))
    return "".join(f"M{x:.0f} {4 + y:.0f}h0" for x, y in where)
