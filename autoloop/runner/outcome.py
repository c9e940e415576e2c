"""What became of a command, from the facts of its end. Pure."""

from __future__ import annotations

import signal

import msgspec

from autoloop.runner.records import Outcome

_NOT_FOUND = 127
_OOM_WORDS = ("MemoryError", "Cannot allocate memory", "out of memory", "bad_alloc", "OutOfMemory", "ENOMEM")


class End(msgspec.Struct, frozen=True):
    """How the command's first process ended.

    Attributes:
        status: wait status of the process.
        cause: why we ended it: ``""`` (we did not), ``timeout`` or ``interrupted``.
        oom_kill: the kernel's count of such kills rose while it ran.
        memory_limited: ``Limits.memory`` was set.
        complaint: the end of its stderr.
    """

    exit_code: int | None
    signal: int | None
    cause: str = ""
    oom_kill: bool = False
    memory_limited: bool = False
    complaint: str = ""


def decide(end: End) -> Outcome:
    """The typed outcome of a command."""
    if end.cause == "timeout":
        return "timeout"
    if end.cause:
        return "interrupted"
    if end.exit_code == 0:
        return "ok"
    if _out_of_memory(end):
        return "oom"
    if end.exit_code is None:
        return "killed"
    return "not_found" if end.exit_code == _NOT_FOUND else "failed"


def _out_of_memory(end: End) -> bool:
    if end.oom_kill and end.signal == signal.SIGKILL:
        return True
    return end.memory_limited and any(word in end.complaint for word in _OOM_WORDS)
