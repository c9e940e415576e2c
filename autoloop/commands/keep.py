"""``autoloop keep`` and ``autoloop discard``: end the experiment."""

from __future__ import annotations

from collections.abc import Mapping

import click

from autoloop.commands import results
from autoloop.commands.app import Answer, App, command
from autoloop.commands.firing import fire
from autoloop.model import Experiment


@command("keep", short_help="Commit exactly the experiment's paths.")
@click.option(
    "--commit/--no-commit", default=True, help="Commit the win (default), or hold its commit until: autoloop land."
)
@click.option("-d", "--description", metavar="TEXT", help="Subject of the commit, instead of the experiment's.")
def keep(app: App, commit: bool, description: str | None) -> Answer:
    """Commit exactly the experiment's paths; staged and dirty work of yours stays as it is.

    Where git cannot be written (a sandbox), and while earlier wins wait, the commit waits too: autoloop land.

    \b
    autoloop keep --commit
    autoloop keep --description "cache compiled patterns"
    """
    return _ended(app, "keep", {"description": description, "commit": commit})


@command("discard", short_help="Put exactly the experiment's paths back.")
@click.option("--revert/--no-revert", default=True, help="Put the files back (default), or leave them as they are.")
@click.option("-d", "--description", metavar="TEXT", help="What was tried, for the record.")
@click.option("--reason", metavar="TEXT", help="Why, for the record.")
def discard(app: App, revert: bool, description: str | None, reason: str | None) -> Answer:
    """Put exactly the experiment's paths back as they were before it began; what was tried is held by a git ref.

    \b
    autoloop discard --revert
    autoloop discard --reason "too clever to maintain"
    """
    return _ended(app, "discard", {"revert": revert, "description": description, "reason": reason})


def _ended(app: App, trigger: str, options: Mapping[str, object]) -> Answer:
    done = fire(app, trigger, options)
    open_ = done.before.experiment
    number = open_.id if open_ else done.record.counts.total
    experiment = app.workspace.store.experiment(number, Experiment)
    payload = results.ended(done.record, experiment, done.notes)
    return Answer(payload, done.record, recovered=bool(done.recovered), notes=done.notes)
