"""The coding agents: what each one's client is like, the texts it is given, and what its output says it used."""

from __future__ import annotations

from autoloop.agents.client import Client, Event, Login, Mcp, Report, Shell
from autoloop.agents.events import events
from autoloop.agents.presence import installed_version
from autoloop.agents.registry import DRIVEN, NAMES, client

__all__ = [
    "DRIVEN",
    "NAMES",
    "Client",
    "Event",
    "Login",
    "Mcp",
    "Report",
    "Shell",
    "client",
    "events",
    "installed_version",
]
