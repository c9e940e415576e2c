"""``autoloop usage``: what agents used, also of those that were run by hand."""

from __future__ import annotations

import hashlib
import shlex
from pathlib import Path

import click
import msgspec

from autoloop import agents, runner
from autoloop.commands import present
from autoloop.commands.app import Answer, App, command, global_options
from autoloop.commands.firing import fire
from autoloop.errors import RefusedError, UsageError
from autoloop.model import AgentCall, Session
from autoloop.payloads import UsageAnswer
from autoloop.usage import Usage

_FILE = click.Path(path_type=Path)


@click.group("usage", short_help="Count what agents used that were run by hand.", params=global_options())
def usage() -> None:
    """Count what agents used that were run by hand."""


@command("ingest", short_help="Read an agent's machine-readable output and count it for the session.")
@click.option("--agent", required=True, type=click.Choice(agents.DRIVEN), metavar="NAME", help="Whose output it is.")
@click.argument("file", type=_FILE)
def ingest(app: App, agent: str, file: Path) -> Answer:
    """Read the machine-readable output of an agent's client and count it for the open session.

    An output counts once in a session: asked again, nothing is counted (exit code 1, usage_counted). Write each call
    into a file of its own.

    \b
    codex exec --json - < prompt.md > ../events.jsonl
    autoloop usage ingest --agent codex ../events.jsonl
    """
    report = _report(agents.client(agent), file)
    event = "ingested" if report.finished else "ingested, unfinished"
    call = AgentCall(agent, event, report.error, usage=report.usage)
    try:
        done = fire(app, "account", {"call": msgspec.to_builtins(call), "digest": _digest(file)})
    except RefusedError as refusal:
        refusal.what = f"Nothing was counted of {file}."
        raise
    session = done.record.session
    total = session.usage if isinstance(session, Session) else report.usage
    return Answer(UsageAnswer(present.usage(report.usage), present.usage(total)), done.record)


def _report(client: agents.Client, file: Path) -> agents.Report:
    """What the file says.

    Raises:
        UsageError: ``no_such_file``, or ``no_usage``: it says nothing that could be counted.
    """
    if not file.is_file():
        raise UsageError("no_such_file", f"{file} is no file.", fix="autoloop usage ingest --help")
    report = client.report(agents.events(runner.lines(file))) if client.report else agents.Report()
    if report.usage == Usage():
        raise UsageError(
            "no_usage",
            f"{file} does not say what {client.title} used.",
            why=_why(client),
            fix=f"have it written by: {client.program} {shlex.join(client.call)} > ../events.jsonl",
        )
    return report


def _why(client: agents.Client) -> str:
    if not client.tokens:
        return f"the output of {client.title} never does"
    return "it is not its machine-readable output, or that of a call which ended before anything was reported"


def _digest(file: Path) -> str:
    with file.open("rb") as output:
        return hashlib.file_digest(output, "sha256").hexdigest()


usage.add_command(ingest)
