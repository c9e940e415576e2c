"""``autoloop watch``: a live view of what goes on here. It only reads."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import click
import msgspec

from autoloop.budget import ledger
from autoloop.commands import standing
from autoloop.commands.answer import Answer, App
from autoloop.commands.app import command
from autoloop.runner import tail
from autoloop.watched import LogLine, Watch

_LINES = 12


class _Logged(msgspec.Struct):
    """A line of log.jsonl, as far as it is shown."""

    timestamp: str = ""
    event: str = ""
    trigger: str = ""
    left: str = ""
    reached: str = ""
    state: str = ""
    codes: tuple[str, ...] = ()


@command("watch", short_help="Watch a running session live.")
@click.option("--once", is_flag=True, help="Only one look.")
def watch(app: App, once: bool) -> Answer:
    """Watch what goes on here, for example beside an agent in another terminal: phase, samples, effect, budget, log.

    It only reads; Ctrl-C ends the view and nothing else. In a pipe it prints lines, and ends with the session.

    \b
    autoloop watch
    autoloop watch --once
    autoloop watch | tee watched.txt
    """
    look = partial(_look, app)
    return look() if once or app.follow is None else app.follow(look)


def _look(app: App) -> Answer:
    """Everything there is to see at this moment."""
    store, record = app.workspace.store, app.workspace.record()
    live = store.at_work()
    payload = Watch(
        state=record.state,
        status=standing.status(app, record, live),
        progress=live.progress if live else None,
        points=live.points if live else (),
        lines=live.lines if live else (),
        log=_log(app.workspace.layout.log),
        budget=ledger(record.session, time.time()),
    )
    return Answer(payload, record)


def _log(path: Path) -> tuple[LogLine, ...]:
    """The latest steps and refusals."""
    try:
        text = tail(path, _LINES)
    except OSError:
        return ()
    found = []
    for line in text.splitlines():
        try:
            said = msgspec.json.decode(line, type=_Logged)
        except msgspec.MsgspecError:
            continue
        if said.event in {"step", "refused"}:
            words = f"{said.trigger}: {said.left} -> {said.reached}"
            if said.event == "refused":
                words = f"{said.trigger} refused in {said.state}: {', '.join(said.codes)}"
            found.append(LogLine(said.timestamp, words))
    return tuple(found)
