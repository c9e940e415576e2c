"""OpenAI Codex CLI. Its totals are cumulative per thread; a call of ours is always a fresh thread."""

from __future__ import annotations

from collections.abc import Iterable

from autoloop.agents.client import Client, Event, Login, Mcp, Report, Shell
from autoloop.agents.events import count, inner, text
from autoloop.usage import Usage


def report(events: Iterable[Event]) -> Report:
    """Read the lines of ``codex exec --json``.

    ``turn.completed`` carries the thread's totals so far, also of a resumed one: the last counts for all, and
    what another thread used comes on top.
    """
    threads: dict[str, Usage] = {}
    thread, finished, error, message = "", False, "", ""
    for event in events:
        kind = event.get("type")
        if kind == "thread.started":
            thread = text(event, "thread_id")
        elif kind == "turn.completed":
            threads[thread] = _usage(inner(event, "usage"))
            finished, error = True, ""
        elif kind in {"turn.failed", "error"}:
            finished = finished and kind == "error"
            error = text(inner(event, "error"), "message") or text(event, "message")
        elif kind == "item.completed" and text(item := inner(event, "item"), "type") == "agent_message":
            message = text(item, "text")
    total = Usage()
    for used in threads.values():
        total = total.plus(used)
    return Report(total, finished=finished, error="" if finished else error, message=message)


def _usage(found: Event) -> Usage:
    return Usage(count(found, "input_tokens"), count(found, "cached_input_tokens"), count(found, "output_tokens"))


_NO_SANDBOX = ("--dangerously-bypass-approvals-and-sandbox",)
CLIENT = Client(
    name="codex",
    title="Codex CLI",
    program="codex",
    install="npm install -g @openai/codex",
    oldest=(0, 100),
    mcp=Mcp(".codex/config.toml", "toml"),
    call=("exec", "--json", "--disable", "unbounded_connection_retries", "-s", "workspace-write", "-"),
    full=("exec", "--json", "--disable", "unbounded_connection_retries", *_NO_SANDBOX, "-"),
    login=Login(("OPENAI_API_KEY", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN"), (".codex/auth.json",), "codex login"),
    shell=Shell(
        argv=("bash", "-lc"),
        reset_path=True,
        limit=30.0,
        limited="the agent has to poll for the rest, and what still runs at the end of its turn is killed",
        git_read_only=True,
        opens_git="--add-dir .git",
        sandbox=("codex", "sandbox", "-c", "sandbox_mode=workspace-write", "--"),
    ),
    tokens=True,
    report=report,
)
