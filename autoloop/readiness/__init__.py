"""``doctor --agent``: whether one agent's client can work here, each thing tried in that client's kind of shell.

Nothing of the user's is run: neither the eval nor a guardrail, and the client only says its version. The one file of
the repository that is executed, the launcher ``.autoloop/autoloop``, was written by this very program a moment ago.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from autoloop.agents import Client
from autoloop.model import Record
from autoloop.opened import OpenWorkspace
from autoloop.outcomes import Check
from autoloop.progress import Notify, Progress
from autoloop.readiness import bounds, client, place
from autoloop.readiness.shell import AgentShell
from autoloop.setup import record_program

Part = Callable[[], Iterator[Check]]


def checks(workspace: OpenWorkspace, record: Record, one: Client, notify: Notify) -> Iterator[Check]:
    """The checks, in the order a person would ask them; bounded in time, each by itself."""
    shell = AgentShell(one, workspace.root)
    launcher = workspace.layout.config.exists()
    if launcher:
        record_program(workspace)
    parts: dict[str, Part] = {
        f"{one.title} and its login": lambda: client.checks(one),
        "how its shell finds autoloop": lambda: place.program(shell, launcher=launcher),
        "git in its shell and sandbox": lambda: place.git(shell, launcher=launcher),
        "its skills": lambda: place.skills(workspace.root, one),
        "its bounds": lambda: bounds.checks(one, record),
    }
    for done, (text, part) in enumerate(parts.items()):
        notify(Progress("checking", text, done, len(parts)))
        yield from part()
