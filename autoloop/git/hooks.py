"""Hooks that an ordinary commit would run, and a keep does not."""

from __future__ import annotations

import os
from pathlib import Path

from autoloop.git.handle import Git

_OF_A_COMMIT = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit")


def present(git: Git) -> tuple[str, ...]:
    """Names of the commit hooks that are installed."""
    configured = git.user_config("core.hookspath")
    folder = git.root / Path(configured).expanduser() if configured else git.common_dir / "hooks"
    return tuple(name for name in _OF_A_COMMIT if os.access(folder / name, os.X_OK) and (folder / name).is_file())
