"""Writes files outside of ``.autoloop/`` that a user asked for, in one step: a report, an agent's wrappers."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from autoloop.errors import UsageError


def write(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data``; a reader finds the old file or the new one, whole.

    Raises:
        UsageError: it cannot be written there; what was there is as before.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a directory")
        if not path.absolute().parent.is_dir():
            raise FileNotFoundError(f"there is no folder {path.parent}")
        if path.exists() and not path.is_file():
            path.write_bytes(data)  # a pipe or a device is not replaced
            return
        replace(path.resolve(), data)
    except OSError as error:
        raise UsageError(
            "cannot_write", f"{path} could not be written.", why=str(error), fix="name another file with -o"
        ) from error


def replace(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` in one step, with the permissions that were there; raises ``OSError``."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current
