"""Whether a client is installed here, and which version: asked of the program itself."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from autoloop import runner
from autoloop.agents.client import Client
from autoloop.errors import CommandError

_PATIENCE = 30.0
_LINES = 12
_NOWHERE = Path("/")  # no settings of a repository count
_VERSION = re.compile(r"\d+(?:\.\d+)+")


def installed_version(client: Client) -> tuple[int, ...]:
    """The client's version; empty when it does not say one.

    Raises:
        CommandError: ``agent_not_installed``, ``agent_too_old``, ``agent_broken`` when it does not even start, or
            ``agent_slow`` when it did not answer in time.
    """
    if shutil.which(client.program) is None:
        raise CommandError(
            "agent_not_installed",
            f"{client.title} is not installed: there is no {client.program} in PATH.",
            fix=client.install,
        )
    said = _asked(client)
    version = tuple(int(part) for part in said.split("."))[:3] if said else ()
    if version and version < client.oldest:
        oldest = ".".join(str(part) for part in client.oldest)
        raise CommandError(
            "agent_too_old", f"{client.title} {said} is too old: at least {oldest} is needed.", fix=client.install
        )
    return version


def _asked(client: Client) -> str:
    call = (client.program, "--version")
    said = runner.ask(runner.Command(argv=call, cwd=_NOWHERE, timeout=_PATIENCE, keep_env=("*",)), _LINES)
    if said.outcome == "timeout":
        raise CommandError(
            "agent_slow",
            f"{' '.join(call)} did not answer within {_PATIENCE:.0f} s.",
            why="the client is installed; the machine may be busy, or the client waits for something",
            fix=f"see how long it takes: {' '.join(call)}",
        )
    if said.outcome != "ok":
        raise CommandError(
            "agent_broken", f"{' '.join(call)} failed ({said.outcome}).", why=said.why, fix=client.install
        )
    found = _VERSION.search(said.text)
    return found[0] if found else ""
