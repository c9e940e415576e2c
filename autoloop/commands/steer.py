"""``autoloop steer``: notes for the agents of a session that is running."""

from __future__ import annotations

import click

from autoloop.commands.app import Answer, App, command
from autoloop.commands.firing import check_not_driven, opened
from autoloop.errors import RefusedError, UsageError
from autoloop.payloads import Steered


@command("steer", short_help="Guide a running session: what you say is in the next brief.")
@click.argument("text", nargs=-1)
@click.option("--clear", is_flag=True, help="Take all notes back.")
def steer(app: App, text: tuple[str, ...], clear: bool) -> Answer:
    """Add a note that stands at the top of every brief from the next call on; without TEXT: show the notes.

    \b
    autoloop steer "leave the parser alone, look at allocations"
    autoloop steer --clear
    """
    if text and clear:
        raise UsageError("steer_both", "Either a note or --clear.", fix="autoloop steer --help")
    workspace = opened(app)
    if not workspace.store.exists():
        raise RefusedError("not_initialized", "AutoLoop is not set up here.", fix="autoloop init --verify")
    path = workspace.layout.steering
    notes = "" if clear else workspace.store.read_text(path) or ""
    if text:
        notes += f"- {' '.join(' '.join(text).split())}\n"
    if text or clear:
        check_not_driven(app)  # these are the words of the person in charge
        workspace.store.write_text(path, notes)
    return Answer(Steered(str(path.relative_to(workspace.root)), notes))
