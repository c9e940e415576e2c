"""``autoloop idea add|list|drop``: what is worth trying."""

from __future__ import annotations

from collections.abc import Callable

import click

from autoloop import ideas
from autoloop.commands.app import Answer, App, command, global_options
from autoloop.errors import UsageError
from autoloop.model import Experiment
from autoloop.payloads import Ideas


@click.group("idea", short_help="Note what is worth trying.", params=global_options())
def idea() -> None:
    """Note what is worth trying, in .autoloop/ideas.md; agents are shown what was not tried yet.

    Ideas may be noted while an experiment is being measured: the next one takes them into account.
    """


@command("add", short_help="Note an idea.")
@click.argument("text", metavar="TEXT")
def add(app: App, text: str) -> Answer:
    """Note an idea, in one line.

    \b
    autoloop idea add "intern the tokens while parsing"
    """
    if not text.strip():
        raise UsageError("idea_empty", "An idea needs words.", fix='autoloop idea add "intern the tokens"')
    return _edited(app, lambda old: ideas.added(old, text))


@command("drop", short_help="Take an idea off the list.")
@click.argument("number", type=click.IntRange(1), metavar="N")
def drop(app: App, number: int) -> Answer:
    """Take idea N off the list.

    \b
    autoloop idea drop 2
    """
    try:
        return _edited(app, lambda old: ideas.dropped(old, number))
    except IndexError:
        raise UsageError("idea_unknown", f"There is no idea {number}.", fix="autoloop idea list") from None


@command("list", short_help="List the ideas, and what became of them.")
def list_(app: App) -> Answer:
    """List the ideas, and which experiments were about them.

    \b
    autoloop idea list
    """
    return _shown(app)


def _edited(app: App, edit: Callable[[str], str]) -> Answer:
    if app.workspace.record().state == "uninitialized":
        raise UsageError("uninitialized", "Nothing is set up in this repository yet.", fix="autoloop init --verify")
    app.workspace.store.edit_text(app.workspace.layout.ideas, edit)
    return _shown(app)


def _shown(app: App) -> Answer:
    workspace, record = app.workspace, app.workspace.record()
    noted = ideas.listed(workspace.store.read_text(workspace.layout.ideas) or "")
    history = workspace.store.experiments(Experiment) if noted and record.counts.total else []
    file = str(workspace.layout.ideas.relative_to(workspace.root))
    return Answer(Ideas(file, ideas.standings(noted, history)), record)


for _made in (add, list_, drop):
    idea.add_command(_made)
