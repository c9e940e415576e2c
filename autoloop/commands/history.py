"""``autoloop history``: what was tried."""

from __future__ import annotations

import click

from autoloop.commands import present
from autoloop.commands.app import Answer, App, command
from autoloop.model import Experiment, Record
from autoloop.payloads import History
from autoloop.shown import Held


@command("history", short_help="List experiments, newest first.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="At most so many.")
@click.option("--refs", is_flag=True, help="Also what is held of each: its git refs and the size of its raw output.")
def history(app: App, limit: int, refs: bool) -> Answer:
    """List experiments, newest first.

    \b
    autoloop history --limit 50
    autoloop history --refs
    """
    record = app.workspace.record()
    found = app.workspace.store.experiments(Experiment, limit) if record.counts.total else ()
    held = _held(app, record, limit) if refs else ()
    return Answer(History(tuple(present.recent(e) for e in found), record.counts.total, held), record)


def _held(app: App, record: Record, limit: int) -> tuple[Held, ...]:
    from autoloop import retention
    from autoloop.opened import OpenWorkspace

    return retention.held(OpenWorkspace(app.workspace.root), record)[:limit]
