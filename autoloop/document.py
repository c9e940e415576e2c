"""The JSON document of an answer or a failure, short enough for its readers, for whichever door it leaves by."""

from __future__ import annotations

from functools import partial

import msgspec

from autoloop.commands.answer import Answer, App
from autoloop.envelope import LONGEST, Envelope, failure, success
from autoloop.errors import AutoLoopError
from autoloop.model import Record
from autoloop.store.trouble import of_the_system


def printed(app: App, name: str, answer: Answer) -> bytes:
    """The document of an answer."""
    seen = None if answer.record is None else app.workspace.seen(answer.record)
    return _short(app, success(name, answer.payload, seen, recovered=answer.recovered))


def failed(app: App, name: str, error: AutoLoopError) -> bytes:
    """The document of an error."""
    return _short(app, failure(name, error, last_record(app)))


def as_ours(app: App, name: str, error: Exception) -> AutoLoopError:
    """Any exception as an error that a user can read."""
    if isinstance(error, AutoLoopError):
        return error
    if isinstance(error, OSError) and (known := of_the_system(error)):
        return known
    from autoloop.bugs import report

    return AutoLoopError("bug", "AutoLoop made a mistake.", why=report(app, name, error), fix="autoloop resume")


def last_record(app: App) -> Record | None:
    """The record as others see it, or None where there is none to be had."""
    try:
        return app.workspace.seen(app.workspace.record())
    except (AutoLoopError, OSError):
        return None


def _short(app: App, document: Envelope) -> bytes:
    encoded = msgspec.json.encode(document)
    if len(encoded) < LONGEST:
        return encoded
    from autoloop.fitting import fitted

    return fitted(document, partial(_put_aside, app, document.command))


def _put_aside(app: App, command: str, whole: bytes) -> str:
    """Keep an answer that is too long to print; where nothing can be written the short one has to do."""
    try:
        file = app.workspace.layout.runs / "answers" / f"{command}.json"
        app.workspace.store.write_text(file, whole.decode())
        return str(file.relative_to(app.workspace.root))
    except (AutoLoopError, OSError):
        return ""
