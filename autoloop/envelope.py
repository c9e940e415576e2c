"""The one JSON document that every command prints under ``--json``, also when it fails."""

from __future__ import annotations

import time

import msgspec

from autoloop import budget
from autoloop.errors import AutoLoopError
from autoloop.model import Blocked, Offer, Record

LONGEST = 28_000
"""Bytes of the longest answer that is printed: agents' shells cut what is longer, and then the JSON is broken."""


class ErrorShown(msgspec.Struct, frozen=True):
    """What did not happen, why, and what to type next.

    ``reasons`` holds everything in the way, ``exit`` is the exit code, for callers that do not see it.
    """

    code: str
    what: str
    why: str
    fix: str
    reasons: tuple[Blocked, ...] = ()
    exit: int = 1


class Cut(msgspec.Struct, frozen=True):
    """What was left out of an answer that was too long.

    Attributes:
        file: the whole answer; empty where it could not be written.
        left_out: how many items, or characters of a text, are missing, by place in the document.
    """

    file: str
    left_out: dict[str, int]


class Envelope(msgspec.Struct, frozen=True, omit_defaults=True):
    """The document; what decides comes first, since callers may cut the rest.

    Attributes:
        autoloop: version of this format.
        command: its name, as it was typed.
        ok: whether it did what was asked; ``error`` says why not.
        state: where the workspace is now.
        recovered: unfinished work of an interrupted command was finished first.
        next: what may be done now, ready to run.
        error: what went wrong and what to do about it.
        result: the command's own object (see ``autoloop schema``).
        budget: one entry for each limit of the session; unknown usage is null.
        cut: set when the answer was too long to be printed whole.
    """

    autoloop: int
    command: str
    ok: bool
    state: str | None
    recovered: bool = False
    next: tuple[Offer, ...] | None = None
    error: ErrorShown | None = None
    result: object = None
    budget: dict[str, budget.Line] | None = None
    cut: Cut | None = None


def success(command: str, payload: object, record: Record | None, *, recovered: bool = False) -> Envelope:
    """The envelope of an answer."""
    if record is None:
        return Envelope(1, command, ok=True, state=None, result=payload, next=(), budget={})
    spent = ledger(record)
    return Envelope(
        1, command, ok=True, state=record.state, recovered=recovered, result=payload, next=_next(record), budget=spent
    )


def failure(command: str, error: AutoLoopError, record: Record | None) -> Envelope:
    """The envelope of an error."""
    reasons = tuple(reason for reason in getattr(error, "reasons", ()) if isinstance(reason, Blocked))
    shown = ErrorShown(error.code, error.what, error.why, error.fix, reasons, error.exit_code)
    if record is None:
        return Envelope(1, command, ok=False, state=None, error=shown, next=(), budget={})
    return Envelope(1, command, ok=False, state=record.state, error=shown, next=_next(record), budget=ledger(record))


def ledger(record: Record) -> dict[str, budget.Line]:
    """What is left of each limit of the open session, the target included."""
    incumbent, baseline = record.incumbent, record.baseline
    if incumbent is None or baseline is None:
        return budget.ledger(record.session, time.time())
    return budget.ledger(record.session, time.time(), incumbent.value, baseline.direction)


def _next(record: Record) -> tuple[Offer, ...]:
    if record.state == "uninitialized":
        return (
            Offer("init", ("autoloop", "init", "--verify"), "Scan the repository and write .autoloop/config.toml."),
        )
    return record.next
