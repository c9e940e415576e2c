"""What goes into a run and what comes out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

KEPT_OUTPUT = 64 * 1024 * 1024

Outcome = Literal["ok", "failed", "timeout", "killed", "oom", "not_found", "interrupted"]


class Limits(msgspec.Struct, frozen=True):
    """Resource limits of every single process of the command (setrlimit); None is no limit.

    Attributes:
        cpu: seconds of processor time; beyond it SIGXCPU, two seconds later SIGKILL.
        memory: bytes of private writable memory (RLIMIT_DATA, so that address space which is merely reserved, as the
            runtimes of Go, Java and V8 do, is free of charge); beyond it allocations fail.
        file_size: bytes of one written file; beyond it SIGXFSZ.
    """

    cpu: float | None = None
    memory: int | None = None
    file_size: int | None = None


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One of the user's commands, ready to be run.

    Attributes:
        cwd: directory to run it in.
        shell: run as ``/bin/sh -c``: not a login shell, PATH stays as it is.
        argv: run without a shell; exactly one of ``shell`` and ``argv`` is given.
        timeout: seconds of wall time before the whole group gets SIGTERM; None is for ever.
        grace: seconds between SIGTERM and SIGKILL.
        env: variables set for the command on top of the inherited ones.
        keep_env: names or globs of inherited variables that pass although they look like credentials or are ``GIT_*``.
        keep_output: bytes kept of each of stdout and stderr: a quarter from the beginning, the rest from the end.
    """

    cwd: Path
    shell: str | None = None
    argv: tuple[str, ...] = ()
    timeout: float | None = None
    grace: float = 5.0
    limits: Limits = Limits()
    env: dict[str, str] = {}
    keep_env: tuple[str, ...] = ()
    keep_output: int = KEPT_OUTPUT


class ProcessUsage(msgspec.Struct, frozen=True):
    """What the command used.

    Attributes:
        wall: seconds from the exec of the command to its exit.
        cpu: user and system seconds of the command and of all its descendants that have ended.
        peak_rss: bytes of the largest resident set that any single one of these processes had.
    """

    wall: float
    cpu: float
    peak_rss: int


class Group(msgspec.Struct, frozen=True):
    """How to find a run's processes again after a crash; recorded before the work starts.

    Attributes:
        pgid: process group (and session) of the command.
        start_time: when its first process was started: clock ticks since boot on Linux, Unix seconds elsewhere.
        boot_id: identifies the boot that ``pgid`` and ``start_time`` belong to.
        mark: value of the variable ``AUTOLOOP_RUN`` in the environment of all of the run's processes.
    """

    pgid: int
    start_time: int
    boot_id: str
    mark: str = ""


class Finished(msgspec.Struct, frozen=True):
    """A run that is over.

    Attributes:
        outcome: ``ok`` exit code 0; ``failed`` any other; ``timeout``; ``killed`` by a signal that was not ours;
            ``oom`` out of memory (by the kernel's hand or its own limit); ``not_found`` the shell knows no such
            command (exit code 127); ``interrupted`` the supervisor was asked to stop by somebody else.
        exit_code: None when a signal ended the command.
        signal: the signal that ended the command; also set when the shell reports one as 128 + n.
        seconds: wall time, monotonic, from the exec of the command to its exit.
        stdout: the redacted output.
        truncated: the middle of stdout or stderr was left out (``Command.keep_output``).
        leftovers: process ids that were still there after the command had ended and were ended by force.
    """

    outcome: Outcome
    exit_code: int | None
    signal: int | None
    seconds: float
    usage: ProcessUsage
    stdout: Path
    stderr: Path
    truncated: bool = False
    leftovers: tuple[int, ...] = ()
