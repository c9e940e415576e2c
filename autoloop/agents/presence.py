"""Whether a client is installed here, and which version: asked of the program itself."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from autoloop import runner
from autoloop.agents.client import Client
from autoloop.errors import CommandError

_PATIENCE = 30.0
_VERSION = re.compile(r"\d+(?:\.\d+)+")


def installed_version(client: Client) -> tuple[int, ...]:
    """The client's version; empty when it does not say one.

    Raises:
        CommandError: ``agent_not_installed``, ``agent_too_old``, or ``agent_broken`` when it does not even start.
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
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        asking = runner.Command(
            argv=(client.program, "--version"), cwd=Path(folder), timeout=_PATIENCE, keep_env=("*",)
        )
        finished = runner.run(asking, stdout=out, stderr=err)
        if finished.outcome != "ok":
            raise CommandError(
                "agent_broken",
                f"{client.program} --version failed ({finished.outcome}).",
                why=runner.tail(err, 3).strip(),
                fix=client.install,
            )
        found = _VERSION.search(runner.tail(out))
    return found[0] if found else ""
