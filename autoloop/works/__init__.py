"""One function per working state: what AutoLoop does there, what it undoes when it must give up, and when it may."""

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
    "checking": check.abandon,
    "evaluating": measure.abandon,
    "confirming": confirm.abandon,
}

BEGUN: dict[str, Callable[[Job], bool]] = {
    "keeping": keep.begun,
    "discarding": discard.begun,
    "undoing": undo.begun,
    "reviving": revive.begun,
    "landing": land.begun,
    "finalizing": finalize.begun,
}
"""Whether the journalled deed has changed what it cannot leave so: then it is finished, and never given up."""
