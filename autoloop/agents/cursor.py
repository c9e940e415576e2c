"""Cursor's command-line agent, by its documentation (cursor.com/docs/cli): its output does not say what it used."""

from __future__ import annotations

from collections.abc import Iterable

from autoloop.agents.client import Client, Event, Login, Mcp, Report
from autoloop.agents.events import text


def report(events: Iterable[Event]) -> Report:
    """Read ``cursor-agent -p --output-format stream-json``: whether it finished, and its last words."""
    finished, error, said = False, "", ""
    for event in events:
        if event.get("type") == "result":
            said = text(event, "result")
            finished = not event.get("is_error") and event.get("subtype", "success") == "success"
            error = "" if finished else said or text(event, "subtype")
    return Report(finished=finished, error=error, message=said)


CLIENT = Client(
    name="cursor",
    title="Cursor",
    program="cursor-agent",
    install="see https://cursor.com/docs/cli",
    mcp=Mcp(".cursor/mcp.json", "mcpServers"),
    call=("-p", "--output-format", "stream-json"),
    full=("-p", "--force", "--output-format", "stream-json"),
    login=Login(("CURSOR_API_KEY",), (".config/cursor/auth.json", ".cursor/cli-config.json"), "cursor-agent login"),
    report=report,
)
