"""Gemini CLI. Its stream has no field for thoughts: they are what the total holds beyond input and output."""

from __future__ import annotations

from collections.abc import Iterable

from autoloop.agents.client import Client, Event, Login, Mcp, Report, Shell
from autoloop.agents.events import count, inner, summed, text
from autoloop.usage import Usage


def report(events: Iterable[Event]) -> Report:
    """Read ``gemini --output-format stream-json``, or the one document of ``--output-format json``."""
    usage, finished, error, said = Usage(), False, "", ""
    for event in events:
        kind = event.get("type")
        if kind == "message" and event.get("role") == "assistant":
            said = said + text(event, "content") if event.get("delta") else text(event, "content")
        elif kind == "tool_use":
            said = ""
        elif kind == "error":
            error = text(event, "message")
        elif kind == "result":
            usage = usage.plus(_streamed(inner(event, "stats")))
            finished = event.get("status") == "success"
            error = "" if finished else text(inner(event, "error"), "message") or error
        elif "stats" in event:
            usage = usage.plus(_documented(inner(event, "stats")))
            said = text(event, "response")
            error = text(inner(event, "error"), "message")
            finished = not error
    return Report(usage, finished=finished, error=error, message=said)


def _streamed(stats: Event) -> Usage:
    read, total = count(stats, "input_tokens"), count(stats, "total_tokens")
    written = count(stats, "output_tokens") if read is None or total is None else total - read
    return Usage(read, count(stats, "cached"), written)


def _documented(stats: Event) -> Usage:
    usage = Usage()
    models = inner(stats, "models")
    for name in models:
        tokens = inner(inner(models, name), "tokens")
        written = summed(count(tokens, "candidates"), count(tokens, "thoughts"))
        usage = usage.plus(Usage(count(tokens, "prompt"), count(tokens, "cached"), written))
    return usage


CLIENT = Client(
    name="gemini-cli",
    title="Gemini CLI",
    program="gemini",
    install="npm install -g @google/gemini-cli",
    oldest=(0, 40),
    instructions="GEMINI.md",
    imports="@./AGENTS.md",
    commands=".gemini/commands",
    mcp=Mcp(".gemini/settings.json", "mcpServers"),
    call=("--output-format", "stream-json", "--approval-mode", "auto_edit"),
    full=("--output-format", "stream-json", "--approval-mode", "yolo"),
    env={"GEMINI_CLI_TRUST_WORKSPACE": "true"},
    login=Login(
        ("GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS"),
        (".gemini/oauth_creds.json", ".gemini/gemini-credentials.json"),
        "gemini, then choose how to log in",
    ),
    shell=Shell(hides_git=True, limit=300.0, limited="a command that is silent for so long is ended"),
    tokens=True,
    report=report,
)
