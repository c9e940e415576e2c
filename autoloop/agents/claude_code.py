"""Claude Code. Its input excludes what came from the cache, so the three parts are added up here."""

from __future__ import annotations

from collections.abc import Iterable

from autoloop.agents.client import Client, Event, Login, Mcp, Report, Shell
from autoloop.agents.events import amount, count, inner, summed, text
from autoloop.usage import Usage

_CACHED, _WRITTEN = "cache_read_input_tokens", "cache_creation_input_tokens"


def report(events: Iterable[Event]) -> Report:
    """Read ``claude -p --output-format stream-json`` (or ``json``); each ``result`` is one call.

    A call that was killed has no ``result``; then its messages, each counted once by its id, tell at least the input.
    """
    total, messages = Usage(), dict[str, Usage]()
    finished, error = False, ""
    said = ""
    for event in events:
        kind = event.get("type")
        if kind == "assistant":
            message = inner(event, "message")
            messages[text(message, "id")] = _usage(inner(message, "usage"))
        elif kind == "result":
            total = total.plus(_usage(inner(event, "usage"), amount(event, "total_cost_usd")))
            messages.clear()
            said = text(event, "result")
            finished = not event.get("is_error") and event.get("subtype", "success") == "success"
            error = "" if finished else said or text(event, "subtype")
    for used in messages.values():
        total = total.plus(used)
    return Report(total, finished=finished, error=error, message=said)


def _usage(found: Event, usd: float | None = None) -> Usage:
    parts = (count(found, "input_tokens"), count(found, _CACHED), count(found, _WRITTEN))
    return Usage(summed(*parts), parts[1], count(found, "output_tokens"), usd)


CLIENT = Client(
    name="claude-code",
    title="Claude Code",
    program="claude",
    install="npm install -g @anthropic-ai/claude-code",
    oldest=(2, 0),
    instructions="CLAUDE.md",
    imports="@AGENTS.md",
    skills=".claude/skills",
    mcp=Mcp(".mcp.json", "mcpServers"),
    call=("-p", "--output-format", "stream-json", "--verbose", "--permission-mode", "acceptEdits"),
    full=("-p", "--output-format", "stream-json", "--verbose", "--dangerously-skip-permissions"),
    login=Login(
        ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"),
        (".claude/.credentials.json",),
        "claude, then /login",
    ),
    shell=Shell(limit=120.0, limited="it is moved to the background and ended with the agent's turn"),
    tokens=True,
    usd=True,
    report=report,
)
