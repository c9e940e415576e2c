"""``autoloop history``: what was tried."""

from __future__ import annotations

import click

from autoloop.commands import present
from autoloop.commands.app import Answer, App, command
from autoloop.model import Experiment
from autoloop.payloads import History


@command("history", short_help="List experiments, newest first.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="At most so many.")
def history(app: App, limit: int) -> Answer:
    """List experiments, newest first.

    \b
    autoloop history --limit 50
    """
    record = app.workspace.record()
    found = app.workspace.store.experiments(Experiment, limit) if record.counts.total else ()
    return Answer(History(tuple(present.recent(e) for e in found), record.counts.total), record)
