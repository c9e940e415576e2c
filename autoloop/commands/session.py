"""``autoloop session start|end|list``: bounded sessions."""

from __future__ import annotations

from typing import Any

import click

from autoloop.commands.app import Answer, App, command, global_options
from autoloop.commands.firing import fire
from autoloop.commands.limits import session_limits
from autoloop.model import Session
from autoloop.payloads import SessionAnswer, SessionList


@click.group("session", short_help="Open, close and list bounded sessions.", params=global_options())
def session() -> None:
    """Open, close and list bounded sessions."""


@command("start", short_help="Open a bounded session.")
@click.option("--name", metavar="N", help="Its name (default: session-N).")
@click.option("--goal", metavar="TEXT", help="What it is for; shown to agents.")
@session_limits
@click.option("--branch", metavar="NAME", help="Name of the review branch to be built.")
def start(app: App, **options: Any) -> Answer:  # noqa: ANN401
    """Open a bounded session; what is not given comes from [budget] in config.toml.

    \b
    autoloop session start --name latency --experiments 5 --time 2h
    autoloop session start --target 20% --plateau 4
    """
    done = fire(app, "session_start", options)
    return _answer(app, done.record.session, done.record.last_session, done)


@command("end", short_help="Close the session without building a branch.")
def end(app: App) -> Answer:
    """Close the session without building a branch; its wins stay and can be finalized later.

    \b
    autoloop session end
    """
    done = fire(app, "session_end")
    return _answer(app, None, done.record.last_session, done)


@command("list", short_help="List all sessions, newest first.")
def list_(app: App) -> Answer:
    """List all sessions, newest first.

    \b
    autoloop session list
    """
    record = app.workspace.record()
    return Answer(SessionList(tuple(app.workspace.store.sessions(Session))), record)


def _answer(app: App, opened: Session | None, number: int | None, done: Any) -> Answer:  # noqa: ANN401
    found = opened or (app.workspace.store.session(number, Session) if number else None)
    if found is None:
        message = "a session was opened or closed but is not in the store"
        raise RuntimeError(message)
    return Answer(SessionAnswer(found), done.record, recovered=bool(done.recovered), notes=done.notes)


for _made in (start, end, list_):
    session.add_command(_made)
