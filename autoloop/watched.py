"""What ``autoloop watch`` sees in one look."""

from __future__ import annotations

import msgspec

from autoloop.budget import Line
from autoloop.progress import Point, Progress
from autoloop.shown import Status


class LogLine(msgspec.Struct, frozen=True):
    """A step or a refusal that was logged; ``at`` is in UTC, as ISO 8601 writes it."""

    at: str
    text: str


class Watch(msgspec.Struct, frozen=True):
    """Answer of ``watch``: one look at everything that goes on.

    Attributes:
        progress: the latest word of the process at work, null when nobody is.
        points: samples of the present piece of work, with the estimate after each.
        lines: its notable lines.
        log: the latest steps and refusals.
    """

    state: str
    status: Status
    progress: Progress | None
    points: tuple[Point, ...]
    lines: tuple[str, ...]
    log: tuple[LogLine, ...]
    budget: dict[str, Line]
