"""What driving agents from outside answers: `run`, `usage`, `steer` (see payloads)."""

from __future__ import annotations

import msgspec

from autoloop.shown import Recent, SessionShown, UsageShown


class Stopped(msgspec.Struct, frozen=True):
    """Why a driven session stopped.

    ``budget``, ``target``, ``plateau``, ``failures``; ``done``: nothing more to propose; ``proposer``: it does not
    work; ``usage``: it is limited and nobody says what is used; ``overtaken``: somebody else went on with the session.
    """

    reason: str
    why: str


class RunAnswer(msgspec.Struct, frozen=True):
    """Answer of ``run``."""

    session: SessionShown | None
    experiments: tuple[Recent, ...]
    stopped: Stopped
    usage: UsageShown


class UsageAnswer(msgspec.Struct, frozen=True):
    """Answer of ``usage ingest``: what the file says, and what the session has used with it."""

    usage: UsageShown
    session: UsageShown


class Steered(msgspec.Struct, frozen=True):
    """Answer of ``steer``: the notes that the next brief carries."""

    file: str
    notes: str
