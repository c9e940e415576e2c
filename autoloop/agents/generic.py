"""Any agent that reads AGENTS.md or ``.agents/skills``; there is no program to be driven."""

from __future__ import annotations

from autoloop.agents.client import Client

CLIENT = Client(name="generic", title="any other agent")
