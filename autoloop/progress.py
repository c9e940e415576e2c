"""What a long step says while it works; who listens decides how it looks."""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class Progress(msgspec.Struct, frozen=True):
    """One thing worth telling.

    Attributes:
        phase: the working state or part of it, for example ``evaluating``.
        text: one line for people.
        done: steps behind us, and ``most`` of how many at most; both 0 when there is nothing to count.
        notable: worth a line of its own even where nobody watches.
        percent: present estimate of the effect with its interval, once there is one.
    """

    phase: str
    text: str
    done: int = 0
    most: int = 0
    percent: float | None = None
    low: float | None = None
    high: float | None = None
    notable: bool = False


Notify = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Tell nobody."""
