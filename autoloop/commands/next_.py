"""``autoloop next``: which actions are allowed now, ready to run, and what is in the way of the others."""

from __future__ import annotations

from autoloop.commands import possible
from autoloop.commands.app import Answer, App, command


@command("next", short_help="Say what may be done now, and why the rest may not.")
def next_(app: App) -> Answer:
    """Say what may be done now, ready to run, and for everything else each reason and its remedy.

    \b
    autoloop next
    autoloop next --json
    """
    return possible.answer(app)
