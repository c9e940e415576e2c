"""The one JSON document that every command prints under ``--json``, also when it fails."""

from __future__ import annotations

import time

import msgspec

from autoloop import budget
from autoloop.errors import AutoLoopError
from autoloop.model import Blocked, Offer, Record


class ErrorShown(msgspec.Struct, frozen=True):
    """What did not happen, why, and what to type next; ``reasons`` holds everything in the way."""

    code: str
    what: str
    why: str
    fix: str
    reasons: tuple[Blocked, ...] = ()


class Envelope(msgspec.Struct, frozen=True, omit_defaults=True):
    """The document. ``result`` is the command's own Struct (see ``autoloop schema``)."""

    autoloop: int
    command: str
    ok: bool
    state: str | None
    error: ErrorShown | None = None
    recovered: bool = False
    result: object = None
    next: tuple[Offer, ...] | None = None
    budget: dict[str, budget.Line] | None = None


def success(command: str, payload: object, record: Record | None, *, recovered: bool = False) -> Envelope:
    """The envelope of an answer."""
    if record is None:
        return Envelope(1, command, ok=True, state=None, result=payload, next=(), budget={})
    spent = budget.ledger(record.session, time.time())
    return Envelope(
        1, command, ok=True, state=record.state, recovered=recovered, result=payload, next=_next(record), budget=spent
    )


def failure(command: str, error: AutoLoopError, record: Record | None) -> Envelope:
    """The envelope of an error."""
    reasons = tuple(reason for reason in getattr(error, "reasons", ()) if isinstance(reason, Blocked))
    shown = ErrorShown(error.code, error.what, error.why, error.fix, reasons)
    if record is None:
        return Envelope(1, command, ok=False, state=None, error=shown, next=(), budget={})
    spent = budget.ledger(record.session, time.time())
    return Envelope(1, command, ok=False, state=record.state, error=shown, next=_next(record), budget=spent)


def _next(record: Record) -> tuple[Offer, ...]:
    if record.state == "uninitialized":
        return (
            Offer("init", ("autoloop", "init", "--verify"), "Scan the repository and write .autoloop/config.toml."),
        )
    return record.next
