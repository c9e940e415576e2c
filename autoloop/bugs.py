"""A surprise becomes a file with versions and the traceback; the user sees one line and its path."""

from __future__ import annotations

import platform
import sys
import tempfile
import time
import traceback
from pathlib import Path

from autoloop import __version__
from autoloop.commands.answer import App


def report(app: App, command: str, error: Exception) -> str:
    """Write the report and say where it is."""
    name = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    told = "".join(traceback.format_exception(error))
    text = (
        f"autoloop {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"command: {command}\narguments: {sys.argv[1:]}\n\n{told}"
    )
    path = _folder(app) / f"bug-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError:
        return f"{name} (the report could not be written)"
    return f"{name}; the report is in {path}"


def _folder(app: App) -> Path:
    try:
        home = app.workspace.layout.home
    except Exception:  # noqa: BLE001 - a bug report must not fail for want of a workspace
        return Path(tempfile.gettempdir())
    return home / "bugs" if home.is_dir() else Path(tempfile.gettempdir())
