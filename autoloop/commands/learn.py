"""``autoloop learn``: what the experiments taught, in learnings.md."""

from __future__ import annotations

import click
import msgspec

from autoloop import ideas
from autoloop.commands.app import Answer, App, command
from autoloop.learn import insights, markdown, merge
from autoloop.model import Experiment, Session
from autoloop.payloads import Learn


@command("learn", short_help="Write what the experiments taught to learnings.md.")
@click.option("--session", "only_session", is_flag=True, help="Only the open or latest session.")
@click.option("--all", "everything", is_flag=True, help="All sessions (default).")
def learn(app: App, only_session: bool, everything: bool) -> Answer:  # noqa: ARG001 - the default, spelt out
    """Refresh AutoLoop's part of .autoloop/learnings.md; what others wrote in it is never touched.

    \b
    autoloop learn
    autoloop learn --session
    """
    record = app.workspace.record()
    store = app.workspace.store
    latest = record.session.id if record.session else record.last_session
    experiments = list(store.experiments(Experiment, None)) if record.counts.total else []
    if only_session:
        experiments = [one for one in experiments if one.session == latest]
    noted = ideas.listed(store.read_text(app.workspace.layout.ideas) or "")
    found = insights(tuple(experiments[::-1]), tuple(store.sessions(Session)), noted)
    path = app.workspace.layout.learnings
    if record.state != "uninitialized":
        store.edit_text(path, lambda old: merge(old, markdown(found)))
    file = str(path.relative_to(app.workspace.root))
    return Answer(Learn(file, msgspec.to_builtins(found)), record)
