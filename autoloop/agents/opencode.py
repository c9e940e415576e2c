"""opencode. It gives no total: each step's figures are added up, which also works for a call that was killed."""

from __future__ import annotations

from collections.abc import Iterable

from autoloop.agents.client import Client, Event, Login, Mcp, Report, Shell
from autoloop.agents.events import amount, count, inner, summed, text
from autoloop.usage import Usage


def report(events: Iterable[Event]) -> Report:
    """Read the lines of ``opencode run --format json``; finished is a last step that stopped of its own accord."""
    usage, finished, error, said = Usage(), False, "", ""
    for event in events:
        kind, part = event.get("type"), inner(event, "part")
        if kind == "step_finish":
            usage = usage.plus(_usage(part))
            finished = text(part, "reason") == "stop"
        elif kind == "step_start":
            finished = False
        elif kind == "text":
            said = text(part, "text")
        elif kind == "error":
            found = inner(event, "error")
            error = text(inner(found, "data"), "message") or text(found, "message") or text(found, "name") or "error"
    return Report(usage, finished=finished and not error, error=error, message=said)


def _usage(part: Event) -> Usage:
    tokens = inner(part, "tokens")
    cache = inner(tokens, "cache")
    read = summed(count(tokens, "input"), count(cache, "read"), count(cache, "write"))
    written = summed(count(tokens, "output"), count(tokens, "reasoning"))
    return Usage(read, count(cache, "read"), written, amount(part, "cost"))


CLIENT = Client(
    name="opencode",
    title="opencode",
    program="opencode",
    install="npm install -g opencode-ai",
    oldest=(1, 0),
    mcp=Mcp("opencode.json", "opencode"),
    call=("run", "--format", "json"),
    full=("run", "--format", "json", "--auto"),
    login=Login(
        ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY"),
        (".local/share/opencode/auth.json",),
        "opencode auth login",
    ),
    shell=Shell(limit=120.0, limited="it is ended"),
    tokens=True,
    usd=True,
    report=report,
)
