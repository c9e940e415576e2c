"""The live view of ``autoloop watch``: a picture that is drawn anew on a terminal, lines where there is none."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from autoloop.commands.answer import Answer
from autoloop.errors import InterruptedBySignalError
from autoloop.render.picture import Picture
from autoloop.render.words import effect
from autoloop.ticker import said
from autoloop.watched import Watch

_PAUSE = 0.25
_QUIET = 10.0
_INTERRUPT = 130

Look = Callable[[], Answer]


def follow(look: Look, out: Console) -> Answer:
    """Show what ``look`` sees until Ctrl-C, in a pipe until no session is open; answers the last look."""
    seen = look()
    try:
        for seen in _drawn(look, out) if out.is_terminal else _told(look):  # noqa: B007 - the last one is the answer
            pass
    except InterruptedBySignalError as error:
        if error.exit_code != _INTERRUPT:
            raise
    except BrokenPipeError:
        pass  # nobody reads any more: the view ends, and that is no failure
    return seen


def _drawn(look: Look, out: Console) -> Iterator[Answer]:
    """A picture in the place of the last one, on a screen of its own: what was on the terminal comes back."""
    with Live(console=out, screen=True, auto_refresh=False, vertical_overflow="crop") as live:
        while True:
            seen = look()
            live.update(Group(Picture(_watched(seen)), Text("Ctrl-C ends this view only", style="dim")), refresh=True)
            yield seen
            time.sleep(_PAUSE)


def _told(look: Look) -> Iterator[Answer]:
    """What is new, line by line."""
    teller = Teller()
    while True:
        seen = look()
        watched = _watched(seen)
        for line in teller.news(watched):
            sys.stdout.write(f"{time.strftime('%H:%M:%S')} {line}\n")
        sys.stdout.flush()
        yield seen
        session = watched.status.session
        if watched.status.running is None and (session is None or session.status != "open"):
            return
        time.sleep(_PAUSE)


def _watched(seen: Answer) -> Watch:
    if not isinstance(seen.payload, Watch):
        raise TypeError(type(seen.payload).__name__)
    return seen.payload


class Teller:
    """Tells each thing once, and now and then how far it is."""

    def __init__(self) -> None:
        self.state = ""
        self.ended: set[int] | None = None
        self.last = float("-inf")

    def news(self, watched: Watch) -> Iterator[str]:
        """The lines that this look is worth."""
        status, told = watched.status, watched.progress
        yield from self._endings(watched)
        if watched.state != self.state:
            self.state, self.last = watched.state, float("-inf")
            yield status.describe
        if told is not None and told.phase and time.monotonic() - self.last >= _QUIET:
            self.last = time.monotonic()
            yield said(told, status.running.elapsed if status.running else 0.0)

    def _endings(self, watched: Watch) -> Iterator[str]:
        """The experiments that have ended since the last look."""
        closed = [one for one in watched.status.recent if one.status != "open"]
        for one in reversed(closed):
            if self.ended is not None and one.id not in self.ended:
                gain = f" {effect(one.improvement)}" if one.improvement.percent is not None else ""
                yield f"experiment {one.id} {one.status}{gain}: {one.description}"
        self.ended = (self.ended or set()) | {one.id for one in closed}
