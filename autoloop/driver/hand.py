"""What a hand is asked for and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from autoloop.usage import Usage

Event = Literal[
    "proposed",
    "nothing_left",
    "unchanged",
    "silent",
    "refused",
    "premature",
    "crashed",
    "overrun",
    "rate_limited",
    "not_logged_in",
    "not_found",
    "strayed",
    "meddled",
]
"""How a call ended. Only ``proposed`` is measured; what any other left behind is discarded, and can be looked at."""


class Errand(msgspec.Struct, frozen=True):
    """One call.

    Attributes:
        experiment: its number.
        brief: the file to read.
        stem: path without suffix for what the hand prints.
        env: variables for the call.
        tick: told the seconds since the call began, about twice a second.
    """

    experiment: int
    brief: Path
    stem: Path
    env: dict[str, str]
    tick: Callable[[float], None]


class Proposal(msgspec.Struct, frozen=True):
    """What came of a call.

    Attributes:
        why: what made us think so, for people.
        description: the experiment in one line, in the hand's own words.
        said: the hand's last words.
    """

    event: Event
    why: str = ""
    description: str = ""
    said: str = ""
    seconds: float = 0.0
    usage: Usage = Usage()


class Hand(Protocol):
    """Somebody who makes proposals."""

    @property
    def name(self) -> str:
        """Who it is."""
        ...

    def call(self, errand: Errand) -> Proposal:
        """Have one proposal made in the work tree; bounded in time, nothing is left running."""
        ...
