"""``autoloop show``: one experiment in full."""

from __future__ import annotations

import click
import msgspec

from autoloop.commands.app import Answer, App, command
from autoloop.commands.lookup import experiment_of, sides
from autoloop.errors import GitError
from autoloop.model import Experiment, Session
from autoloop.opened import OpenWorkspace
from autoloop.payloads import Show

_DIFF_SHOWN = 8_000


@command("show", short_help="Show one experiment in full.")
@click.argument("number", type=click.IntRange(1), metavar="N")
def show(app: App, number: int) -> Answer:
    """Show experiment N in full: what was tried, what was measured, why the verdict, and the difference.

    \b
    autoloop show 3
    """
    record = app.workspace.record()
    experiment = experiment_of(app, number)
    unit = record.baseline.unit if record.baseline else ""
    session = app.workspace.store.session(experiment.session, Session)
    text = _difference(app, experiment)
    shown = text[:_DIFF_SHOWN] if app.json else text
    slim = msgspec.structs.replace(experiment, remembered={})
    waits = number in {one.experiment for one in record.waiting}
    name = session.name if session else ""
    return Answer(Show(slim, unit, name, shown, len(shown) < len(text), waits=waits), record)


def _difference(app: App, experiment: Experiment) -> str:
    """The experiment's difference; empty when git no longer has its trees: the rest is still worth showing."""
    try:
        return OpenWorkspace(app.workspace.root).repository.diff_text(*sides(experiment))
    except GitError:
        return ""
