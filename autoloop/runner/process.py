"""``run``: one of the user's commands, from its start to its typed end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from autoloop.errors import CommandError
from autoloop.runner import environment, limits
from autoloop.runner.outcome import End, decide
from autoloop.runner.reading import tail
from autoloop.runner.records import Command, Finished, Group, ProcessUsage
from autoloop.runner.service import borrowed
from autoloop.runner.tree import sweep
from autoloop.runner.wire import Job, Line, Report, Word

_TICK = 0.5
_MARGIN = 8.0  # beyond the grace: what the supervisor may need to end everything
_NO_WORD = Report(status=signal.SIGKILL)


def run(
    command: Command,
    *,
    stdout: Path,
    stderr: Path,
    on_start: Callable[[Group], None] | None = None,
    on_tick: Callable[[float], None] | None = None,
) -> Finished:
    """Run a command to its end, whatever that is, and leave none of its processes behind.

    Stdin is empty. Both outputs go to the files, redacted and capped. Wall time, CPU time and peak memory are those of
    the command alone.

    Args:
        command: what to run, where, how long.
        stdout: file for the standard output; its directory is made.
        stderr: file for the standard error output.
        on_start: told the process group before the command may begin; what it raises means that it never begins.
        on_tick: told the seconds since the start about twice a second.

    Raises:
        CommandError: the command could not be started or its output not be saved.
        BaseException: whatever a signal handler or a callback raises meanwhile, after the command has been ended.
    """
    job = _job(command, stdout, stderr)
    with borrowed() as line:
        talk = _Talk(line, job)
        try:
            report = talk.hold(on_start, on_tick)
        except BaseException:
            talk.end(command.grace)
            raise
        if report.fault:
            raise _fault(report)
        if report.last:
            line.close()
    return _finished(command, report, stdout, stderr)


def _job(command: Command, stdout: Path, stderr: Path) -> Job:
    if (command.shell is None) == (not command.argv):
        raise ValueError("exactly one of shell and argv")
    if not command.cwd.is_dir():
        raise CommandError(
            "no_directory",
            f"The command was not run: {command.cwd} is not a directory.",
            fix="Check the path, then run it again.",
        )
    if not limits.enforceable(command.limits):
        raise CommandError(
            "limits_unsupported",
            "The command was not run: this system cannot limit a command's resources.",
            fix="Remove memory, cpu_time and file_size from [eval] in .autoloop/config.toml.",
        )
    for path in (stdout, stderr):
        path.parent.mkdir(parents=True, exist_ok=True)
    mark = os.urandom(8).hex()
    return Job(
        command=command,
        stdout=stdout.absolute(),
        stderr=stderr.absolute(),
        env=environment.inherited(os.environ, command.keep_env) | command.env | {environment.MARK: mark},
        secrets=environment.secrets(os.environ, command.env),
        mark=mark,
    )


class _Talk:
    """What is said to the supervisor in the course of one run."""

    def __init__(self, line: Line, job: Job) -> None:
        self._line = line
        self._job = job
        self._group: Group | None = None

    def hold(self, on_start: Callable[[Group], None] | None, on_tick: Callable[[float], None] | None) -> Report:
        """Hand over the job, open the gate, wait for the report."""
        self._say(self._job)
        began = time.monotonic()
        while not self._line.closed:
            word = self._line.hear(_TICK)
            if isinstance(word, Report):
                return word
            if isinstance(word, Group):
                self._group = word
                if on_start:
                    on_start(word)
                began = time.monotonic()
                self._say("go")
            elif on_tick and self._group:
                on_tick(time.monotonic() - began)
        # somebody killed the supervisor: what it watched over must not live on
        self._sweep()
        return msgspec.structs.replace(_NO_WORD, wall=time.monotonic() - began)

    def end(self, grace: float) -> None:
        """Have everything ended; returns when it is. A second signal meanwhile: at once."""
        try:
            self._ask("stop", grace + _MARGIN)
        except BaseException:
            self._ask("kill", _MARGIN)
            raise
        finally:
            self._sweep()

    def _ask(self, word: Word, patience: float) -> None:
        give_up = time.monotonic() + patience
        self._say(word)
        while not self._line.closed and time.monotonic() < give_up:
            if isinstance(self._line.hear(give_up - time.monotonic()), Report):
                return

    def _say(self, message: Job | Word) -> None:
        with suppress(OSError):  # it is dead: that will be heard
            self._line.say(message)

    def _sweep(self) -> None:
        if self._group:
            sweep(self._group)


def _fault(report: Report) -> CommandError:
    if report.began:
        return CommandError(
            "output_not_saved",
            "The command was stopped: its output could not be saved.",
            why=report.fault,
            fix="Make room on the disk, or repair what the reason names, then run it again.",
        )
    return CommandError(
        "not_started",
        "The command could not be started.",
        why=report.fault,
        fix="Repair what the reason names, then run it again.",
    )


def _finished(command: Command, report: Report, stdout: Path, stderr: Path) -> Finished:
    code, signum = _parts(report.status)
    end = End(
        exit_code=code,
        signal=signum,
        cause=report.cause,
        oom_kill=report.oom_kill,
        memory_limited=command.limits.memory is not None,
        complaint=tail(stderr) if code != 0 else "",
    )
    return Finished(
        outcome=decide(end),
        exit_code=code,
        signal=signum,
        seconds=report.wall,
        usage=ProcessUsage(wall=report.wall, cpu=report.cpu, peak_rss=report.peak_rss),
        stdout=stdout,
        stderr=stderr,
        truncated=report.truncated,
        leftovers=report.leftovers,
    )


def _parts(status: int | None) -> tuple[int | None, int | None]:
    """Exit code and signal of a wait status; the shell's own way to report a signal (128 + n) counts as one."""
    if status is None:
        return None, None
    if os.WIFSIGNALED(status):
        return None, os.WTERMSIG(status)
    code = os.WEXITSTATUS(status)
    named = code - 128 in {signum.value for signum in signal.Signals}
    return code, code - 128 if named else None
