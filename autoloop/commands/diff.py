"""``autoloop diff``: what an experiment changed, how two candidates differ, what a session came to."""

from __future__ import annotations

import click

from autoloop.commands.app import Answer, App, command
from autoloop.commands.lookup import experiment_of, sides
from autoloop.errors import UsageError
from autoloop.facts import LiveFacts
from autoloop.model import Experiment
from autoloop.opened import OpenWorkspace
from autoloop.payloads import Diff


@command("diff", short_help="Show what an experiment or a session changed.")
@click.argument("number", type=click.IntRange(1), metavar="[N]", required=False)
@click.argument("other", type=click.IntRange(1), metavar="[M]", required=False)
@click.option(
    "--session", metavar="NAME", is_flag=False, flag_value="", help="All wins of this (or the latest) session together."
)
@click.option("--stat", is_flag=True, help="Only which files, and how much.")
def diff(app: App, number: int | None, other: int | None, session: str | None, stat: bool) -> Answer:
    """Show what experiment N changed, kept or not; with M, how the candidates of N and M differ.

    Without N: what the open experiment has changed so far.

    \b
    autoloop diff
    autoloop diff 3
    autoloop diff 3 7
    autoloop diff --session
    """
    record = app.workspace.record()
    workspace = OpenWorkspace(app.workspace.root)
    if session is not None and number is None:
        before, after = of_session(workspace, session)
    elif number is not None and session is None:
        before, after = sides(experiment_of(app, number))
        if other is not None:
            before, (_, after) = after, sides(experiment_of(app, other))
    elif record.experiment is not None and session is None:
        number, facts = record.experiment.id, LiveFacts(workspace, record)
        before, after = facts.before, facts.tree
    else:
        raise UsageError("usage", "No experiment is open: name one, or a session.", fix="autoloop diff --help")
    text = workspace.repository.diff_text(before, after, stat=stat)
    return Answer(Diff(number, workspace.repository.changed_paths(before, after), text), record)


def of_session(workspace: OpenWorkspace, name: str) -> tuple[str, str]:
    """A session's base, and its base with all of its wins, and nothing that anybody else did meanwhile.

    Raises:
        UsageError: there is no such session, or it has no wins.
    """
    session = workspace.session(name)
    wins = [workspace.store.experiment(number, Experiment) for number in session.wins]
    commits = [win.commit for win in wins if win is not None and win.commit]
    if not commits:
        raise UsageError("no_wins", f"Session {session.name} has no wins.", fix="autoloop history")
    repository = workspace.repository
    picks = [repository.pick_of(commit) for commit in commits]
    return session.base_commit, repository.stacked(session.base_commit, picks, workspace.layout.scratch)
