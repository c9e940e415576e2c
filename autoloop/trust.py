"""Whose commands these are: approvals are remembered per user, outside the repository.

A configuration that was written here by ``init`` is the user's own. One that is tracked by git may have arrived with a
clone or a pull, so its commands need an approval each time they differ from the approved ones.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from autoloop.config import Config


def _file() -> Path:
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "autoloop" / "trusted.json"


def _known() -> dict[str, str]:
    try:
        return msgspec.json.decode(_file().read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return {}  # no approvals is the safe reading of a file that cannot be read


def commands_digest(config: Config) -> str:
    """Digest of everything in ``config`` that would be executed."""
    rails = {name: rail.command for name, rail in config.guardrails.items()}
    section = config.eval
    runs: list[object] = [
        section.command,
        section.build,
        section.setup,
        section.env,
        section.cwd,
        rails,
        config.holdout.command,
    ]
    if config.git.hooks:
        runs.append("hooks")
    return hashlib.sha256(msgspec.json.encode(runs, order="sorted")).hexdigest()[:16]


def approved(root: Path, config: Config, *, tracked: Callable[[], bool]) -> bool:
    """Whether the commands of ``config`` may run in the workspace at ``root``; ``tracked`` is asked if it matters."""
    known = _known().get(str(root.resolve()))
    if known is None:
        return False
    return known == commands_digest(config) or not tracked()


def approve(root: Path, config: Config) -> None:
    """Remember that the user approves these commands in this workspace.

    Raises:
        OSError: the user's state directory cannot be written.
    """
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = {**_known(), str(root.resolve()): commands_digest(config)}
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as new:
        new.write(msgspec.json.encode(known, order="sorted"))
    Path(new.name).replace(path)
