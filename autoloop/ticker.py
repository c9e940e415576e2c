"""Progress for people and for agents' shells: a live line on a terminal, else a line now and then."""

from __future__ import annotations

import time
from typing import TextIO

from autoloop.progress import Progress
from autoloop.units import format_duration

_PATIENCE = 2.0
_EVERY = 15.0


class Ticker:
    """Prints progress to ``stream``, nothing in the first two seconds; without a terminal a line every 15 s at most."""

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
        if now - self.began < _PATIENCE or (not self.live and now - self.last < _EVERY):
            return
        self.last = now
        line = self._line(progress, now - self.began)
        if not self.live:
            self.stream.write(line + "\n")
        else:
            self.stream.write("\r" + line[:100].ljust(self.width))
            self.width = min(100, len(line))
        self.stream.flush()

    def _line(self, progress: Progress, elapsed: float) -> str:
        counted = f" {progress.done} of at most {progress.most}" if progress.most else ""
        effect = ""
        if progress.percent is not None:
            effect = f", {progress.percent:+.1f} %"
            if progress.low is not None and progress.high is not None:
                effect += f" ({progress.low:+.1f} to {progress.high:+.1f})"
        text = " ".join(progress.text.split())
        return f"{progress.phase}{counted}: {text}{effect} [{format_duration(elapsed)}]"

    def clear(self) -> None:
        """Remove the live line."""
        if self.live and self.width:
            self.stream.write("\r" + " " * self.width + "\r")
            self.stream.flush()
            self.width = 0
