"""Progress for people and for agents' shells: a live line on a terminal, else a line now and then.

Some of those shells end a command that says nothing for minutes, others after twenty seconds: silence is kept shorter.
"""

from __future__ import annotations

import shutil
import time
from typing import TextIO

from autoloop.progress import Progress
from autoloop.units import format_duration

_PATIENCE = 2.0
_EVERY = 10.0


class Ticker:
    """Prints progress to ``stream``, nothing in the first two seconds; without a terminal a line every 10 s at most."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.live = stream.isatty()
        self.began = time.monotonic()
        self.last = self.began - _EVERY + _PATIENCE
        self.width = 0

    def __call__(self, progress: Progress) -> None:
        """Show one step of progress, if it is time to."""
        now = time.monotonic()
        if progress.notable:
            self.clear()
            self.stream.write(progress.text + "\n")
            self.stream.flush()
            return
        if (progress.elapsed or now - self.began) < _PATIENCE or (not self.live and now - self.last < _EVERY):
            return
        self.last = now
        line = said(progress, now - self.began)
        if not self.live:
            self.stream.write(line + "\n")
        else:
            columns = shutil.get_terminal_size().columns - 1
            self.stream.write("\r" + line[:columns].ljust(min(self.width, columns)))
            self.width = min(columns, len(line))
        self.stream.flush()

    def clear(self) -> None:
        """Remove the live line."""
        if self.live and self.width:
            self.stream.write("\r" + " " * self.width + "\r")
            self.stream.flush()
            self.width = 0


def said(progress: Progress, elapsed: float) -> str:
    """Progress as one line; ``elapsed`` counts where the work itself does not say how long it has lasted."""
    counted = f" {progress.done} of at most {progress.most}" if progress.most else ""
    text = " ".join(progress.text.split())
    running = f", {progress.running} for {format_duration(progress.seconds)}" if progress.running else ""
    return f"{progress.phase}{counted}: {text}{estimate(progress)}{running} [{clock(progress, elapsed)}]"


def estimate(progress: Progress) -> str:
    """The present estimate with its interval, or nothing."""
    if progress.percent is None:
        return ""
    if progress.low is None or progress.high is None:
        return f", {progress.percent:+.1f} %"
    return f", {progress.percent:+.1f} % ({progress.low:+.1f} to {progress.high:+.1f})"


def clock(progress: Progress, elapsed: float) -> str:
    """How long it has lasted, and of about how long."""
    return lasted(progress.elapsed or elapsed, progress.expected)


def lasted(elapsed: float, expected: float | None) -> str:
    """``5 s of about 8 s``; what takes longer than that says so."""
    if not expected:
        return format_duration(round(elapsed, 1))
    so_far, usual = format_duration(round(elapsed, 1)), format_duration(expected)
    return f"{so_far} of about {usual}" if elapsed <= expected else f"{so_far}, expected {usual}"
