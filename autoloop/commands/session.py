"""``autoloop session start|end|list``: bounded sessions."""

from __future__ import annotations

from typing import Any

import click

from autoloop.commands.app import Answer, App, command, global_options
from autoloop.commands.firing import fire, seconds
from autoloop.model import Session
from autoloop.payloads import SessionAnswer, SessionList


@click.group("session", short_help="Open, close and list bounded sessions.", params=global_options())
def session() -> None:
    """Open, close and list bounded sessions."""


@command("start", short_help="Open a bounded session.")
@click.option("--name", metavar="N", help="Its name (default: session-N).")
@click.option("--goal", metavar="TEXT", help="What it is for; shown to agents.")
@click.option("--experiments", type=click.IntRange(1), metavar="N", help="At most so many experiments.")
@click.option("--time", "time_", metavar="2h", help="Wall time.")
@click.option("--eval-time", metavar="1h", help="Time spent measuring.")
@click.option("--tokens", type=click.IntRange(1), metavar="N", help="Tokens of driven agents.")
@click.option("--usd", type=click.FloatRange(0), metavar="X", help="Money of driven agents.")
@click.option("--failures", type=click.IntRange(1), metavar="N", help="Crashed experiments in a row.")
@click.option("--plateau", type=click.IntRange(1), metavar="N", help="Experiments in a row without a win.")
@click.option("--target", metavar="VALUE|PERCENT", help="Stop when the metric reaches it: 35, or 20%.")
@click.option("--branch", metavar="NAME", help="Name of the review branch to be built.")
def start(app: App, time_: str | None, eval_time: str | None, **options: Any) -> Answer:  # noqa: ANN401
    """Open a bounded session; what is not given comes from [budget] in config.toml.

    \b
    autoloop session start --name latency --experiments 5 --time 2h
    autoloop session start --target 20% --plateau 4
    """
    limits = {"time": seconds(time_, "--time"), "eval_time": seconds(eval_time, "--eval-time")}
    done = fire(app, "session_start", options | limits)
    return _answer(app, done.record.session, done.record.last_session, done)


@command("end", short_help="Close the session without building a branch.")
def end(app: App) -> Answer:
    """Close the session without building a branch; its wins stay and can be finalized later."""
    done = fire(app, "session_end")
    return _answer(app, None, done.record.last_session, done)


@command("list", short_help="List all sessions, newest first.")
def list_(app: App) -> Answer:
    """List all sessions, newest first."""
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
