"""One function per working state: what AutoLoop does there, and what it undoes when it must give up."""

from __future__ import annotations

from collections.abc import Callable

from autoloop.job import Job
from autoloop.works import calibrate, check, confirm, discard, finalize, keep, land, measure, revive, undo

WORKS: dict[str, Callable[[Job], object]] = {
    "check": check.check,
    "calibrate": calibrate.calibrate,
    "measure": measure.measure,
    "keep": keep.keep,
    "defer": keep.defer,
    "discard": discard.discard,
    "undo": undo.undo,
    "revive": revive.revive,
    "land": land.land,
    "confirm": confirm.confirm,
    "finalize": finalize.finalize,
}

ABANDON: dict[str, Callable[[Job], None]] = {
    "evaluating": measure.abandon,
    "confirming": confirm.abandon,
}
