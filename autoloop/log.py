"""The log ``.autoloop/log.jsonl``: structlog, configured here and nowhere else; commands that only look never log."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

_LARGEST = 5 << 20


class _Tail:
    """The end of the log file: a line at a time, and no complaint when the disk does not take it."""

    def __init__(self, path: Path) -> None:
        # a pipe of that name must not keep us waiting for its reader
        number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o666)
        self._file = os.fdopen(number, "ab", buffering=0)

    def write(self, text: str) -> None:
        """Append ``text``."""
        with suppress(OSError):
            self._file.write(text.encode(errors="backslashreplace"))

    def flush(self) -> None:
        """Nothing is buffered."""


class Log(Protocol):
    """What the engine says to a log."""

    def info(self, event: str, **fields: Any) -> Any:  # noqa: ANN401 - whatever describes the event
        """Something that happened."""

    def debug(self, event: str, **fields: Any) -> Any:  # noqa: ANN401
        """A detail, kept with ``--verbose``."""


def opened(path: Path, *, verbose: bool = False, **bound: object) -> Log:
    """A log that appends JSON lines to ``path``; a file above 5 MiB is set aside as ``.1`` first.

    A log that cannot be written is no reason to stop: it is replaced by one that says nothing.
    """
    import logging

    import structlog

    level = logging.DEBUG if verbose else logging.INFO
    processors: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(default=str),
    ]
    wrapper = structlog.make_filtering_bound_logger(level)
    try:
        if path.exists() and path.stat().st_size > _LARGEST:
            path.replace(path.with_suffix(".jsonl.1"))
        tail: Any = _Tail(path)
        logger: Any = structlog.WriteLogger(tail)
    except OSError:
        logger = structlog.testing.CapturingLogger()
    log: Log = structlog.wrap_logger(logger, processors=processors, wrapper_class=wrapper).bind(**bound)
    return log
