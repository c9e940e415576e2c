"""The agents there are; an agent's module is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

from autoloop.agents.client import Client
from autoloop.errors import UsageError

NAMES = ("codex", "claude-code", "gemini-cli", "cursor", "opencode", "generic")
DRIVEN = NAMES[:-1]
"""Those that have a program which can be called."""


def client(name: str) -> Client:
    """The agent of that name.

    Raises:
        UsageError: ``agent_unknown``.
    """
    if name not in NAMES:
        raise UsageError(
            "agent_unknown", f"There is no agent {name!r}.", why=f"The agents are {', '.join(NAMES)}.", fix="use one"
        )
    module = import_module(f"autoloop.agents.{name.replace('-', '_')}")
    found: Client = module.CLIENT
    return found
