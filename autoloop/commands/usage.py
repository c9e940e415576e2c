"""``autoloop usage``: what agents used, also of those that were run by hand."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from autoloop import agents, runner
from autoloop.commands import present
from autoloop.commands.app import Answer, App, command, global_options
from autoloop.commands.firing import fire
from autoloop.errors import UsageError
from autoloop.model import AgentCall, Session
from autoloop.payloads import UsageAnswer

_FILE = click.Path(path_type=Path)


@click.group("usage", short_help="Count what agents used that were run by hand.", params=global_options())
def usage() -> None:
    """Count what agents used that were run by hand."""


@command("ingest", short_help="Read an agent's machine-readable output and count it for the session.")
@click.option("--agent", required=True, type=click.Choice(agents.DRIVEN), metavar="NAME", help="Whose output it is.")
@click.argument("file", type=_FILE)
def ingest(app: App, agent: str, file: Path) -> Answer:
    """Read the machine-readable output of an agent's client and count it for the open session. Each file once.

    \b
    codex exec --json - < prompt.md > events.jsonl
    autoloop usage ingest --agent codex events.jsonl
    """
    client = agents.client(agent)
    if not file.is_file():
        raise UsageError("no_such_file", f"{file} is no file.", fix="autoloop usage ingest --help")
    found = list(agents.events(runner.lines(file)))
    if client.report is None or not found:
        raise UsageError(
            "no_events",
            f"{file} holds no machine-readable output of {client.title}.",
            fix=f"have it written by: {client.program} {' '.join(client.call)}",
        )
    report = client.report(found)
    event = "ingested" if report.finished else "ingested, unfinished"
    call = AgentCall(agent, event, report.error, usage=report.usage)
    done = fire(app, "account", {"call": msgspec.to_builtins(call)})
    session = done.record.session
    total = session.usage if isinstance(session, Session) else report.usage
    return Answer(UsageAnswer(present.usage(report.usage), present.usage(total)), done.record)


usage.add_command(ingest)
