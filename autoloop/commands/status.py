"""``autoloop status``: where we are, what was gained, what is left."""

from __future__ import annotations

import click

from autoloop.commands import standing
from autoloop.commands.app import Answer, App, command


@command("status", short_help="Say where we are, what was gained and what is left.")
@click.option("--all", "everything", is_flag=True, help="All sessions, not only the latest.")
def status(app: App, everything: bool) -> Answer:
    """Say where we are, what was gained and what is left.

    \b
    autoloop status
    autoloop status --all
    autoloop status --json
    """
    return standing.answer(app, everything=everything)
