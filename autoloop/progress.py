"""What a long step says while it works; who listens decides how it looks."""

from collections.abc import Callable

import msgspec


class Progress(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing worth telling.

    Attributes:
        phase: the working state or part of it, for example ``evaluating``.
        text: one line for people.
        done: steps behind us, and ``most`` of how many at most; both 0 when there is nothing to count.
        percent: present estimate of the effect with its interval, once there is one.
        notable: worth a line of its own even where nobody watches.
        arm: side of the sample that has just been taken, and ``value`` what it gave; empty when this is no sample.
        running: the command that is running now, and ``seconds`` for how long.
        elapsed: seconds since the work began, and ``expected`` how many it takes as a rule; None when unknown.
    """

    phase: str
    text: str
    done: int = 0
    most: int = 0
    percent: float | None = None
    low: float | None = None
    high: float | None = None
    notable: bool = False
    arm: str = ""
    value: float | None = None
    running: str = ""
    seconds: float = 0.0
    elapsed: float = 0.0
    expected: float | None = None


class Point(msgspec.Struct, frozen=True, array_like=True):
    """One sample as it arrived, and the estimate after it (per cent)."""

    arm: str
    value: float | None = None
    percent: float | None = None
    low: float | None = None
    high: float | None = None


class Live(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a process is at right now (``.autoloop/live.json``), for those who look.

    Attributes:
        pid: the process, and ``started`` the kernel's start time of it, which tells a reused number.
        command: what it was asked to do.
        since: Unix seconds when it began.
        progress: the latest of it.
        points: the samples of the present piece of work, oldest first, the latest few hundred.
        lines: the latest notable lines.
    """

    pid: int
    started: int | None
    command: str
    since: float
    progress: Progress
    points: tuple[Point, ...] = ()
    lines: tuple[str, ...] = ()


Notify = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Tell nobody."""
