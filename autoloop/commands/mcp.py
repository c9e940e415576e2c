"""``autoloop mcp``: the state machine as tools for agents, over the Model Context Protocol."""

from __future__ import annotations

import click

from autoloop.commands.app import Answer, App, command
from autoloop.errors import UsageError


@command("mcp", short_help="Offer the state machine as tools (MCP on stdin and stdout).")
def mcp(app: App) -> Answer:
    """Serve one client of the Model Context Protocol on stdin and stdout; agents start it, people need not.

    The tools are the actions that are allowed now; `autoloop install codex --mcp` (or another name) writes the client's
    configuration. With --yes the commands of a configuration that came with a clone count as approved.

    \b
    autoloop mcp
    """
    if app.serve is None:
        raise UsageError("usage", "There is nobody to serve here.", fix="autoloop mcp")
    app.serve()
    raise click.exceptions.Exit(0)
