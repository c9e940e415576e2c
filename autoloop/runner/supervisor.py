"""The process that stays beside a running command: reads its output, bounds its time, ends everything it leaves.

It is forked once by ``sh``, serves one run after the other, and ends when ``run``'s end of the socket closes, that is
at the latest with the program. One loop, no threads.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import time
from collections.abc import Callable

from autoloop.runner import limits, relay, tree, usage
from autoloop.runner.account import Account
from autoloop.runner.capture import Stream
from autoloop.runner.ending import Ending, send_all
from autoloop.runner.gate import Gate
from autoloop.runner.plumbing import Bell, Pipes, close_all_but, readable
from autoloop.runner.wire import Job, Line, Report

_REST = 0.01
_SETTLE = 0.25  # what ends by itself this soon after the command is no leftover
_LAST_OUTPUT = 1.0  # patience with a pipe that a stranger holds open
_NEVER = float("inf")


def serve(channel: int) -> None:
    """Run jobs from the socket until it closes; never returns.

    Called in a fresh fork, above which there is a copy of the whole program: nothing of that may wake up.
    """
    try:
        os.chdir("/")
        gc.freeze()
        bell = Bell()
        close_all_but(channel, *bell.fds)
        limits.become_subreaper()
        # all said, nothing asked: an agent's sandbox may forbid the call that asks a socket what it is
        line = Line(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=channel))
        fit = True
        while fit and isinstance(job := line.hear(_NEVER), Job):
            fit = _serve_one(job, line, bell)
    finally:
        os._exit(0)


def _serve_one(job: Job, line: Line, bell: Bell) -> bool:
    """One run; returns whether another may follow."""
    account = Account()
    try:
        report = Supervision(job, line, bell, account).run()
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing may be left running, and it is told
        send_all(account.first, signal.SIGKILL)
        report = Report(fault=f"{type(error).__name__}: {error}", began=account.first > 0, last=True)
    line.say(report)
    return not report.last


class Supervision:
    """One run, from the gate to the report."""

    def __init__(self, job: Job, line: Line, bell: Bell, account: Account) -> None:
        self._job = job
        self._line = line
        self._account = account
        self._pipes = Pipes()
        self._gate = Gate(self._pipes, account, job.command.limits)
        self._timeout = job.command.timeout or _NEVER
        self._cause = ""
        self._leftovers: tuple[int, ...] = ()
        self._rest_until = 0.0
        self._last_output = _NEVER
        self._oom_kills = usage.oom_kills()
        self._streams = {
            fd: Stream(fd, path, job.command.keep_output, job.secrets)
            for fd, path in ((self._pipes.out, job.stdout), (self._pipes.err, job.stderr))
        }
        bell.ring_on(signal.SIGCHLD, account.collect)
        bell.ring_on(signal.SIGTERM, self._asked)
        self._watch: dict[int, Callable[[], None]] = {
            line.fileno(): self._hear,
            bell.fds[0]: bell.silence,
            self._pipes.ready: self._see_start,
        }
        self._ending = Ending(self._start(), job.command.grace)

    def run(self) -> Report:
        """Watch until everything has ended and all output is written."""
        while not self._over():
            for fd in readable(self._watched(), self._patience()):
                if fd in self._watch:
                    self._watch[fd]()
                else:
                    self._pump(self._streams[fd])
            self._decide()
            hit = self._ending.act()
            if not self._cause and not self._leftovers:
                self._leftovers = hit
        return self._report()

    def _start(self) -> int:
        """Start the relay and say what it is; returns its process group."""
        command = self._job.command
        os.chdir(command.cwd)
        first = self._pipes.spawn(relay.argv(command, adopted=limits.has_subreaper()), self._job.env)
        os.chdir("/")
        self._account.first = first
        self._line.say(tree.group_of(first, self._job.mark))
        return first

    # --- what happens

    def _pump(self, stream: Stream) -> None:
        """Take what there is; then let more gather, so that a talkative command is not disturbed at every word."""
        if stream.pump():
            self._rest_until = time.monotonic() + _REST

    def _see_start(self) -> None:
        self._gate.look()
        if self._gate.passed:
            del self._watch[self._pipes.ready]

    def _hear(self) -> None:
        """A word from ``run``, or its silence for ever: it is dead."""
        while word := self._line.hear(0):
            if word == "go":
                self._gate.go = True
                continue
            self._asked()
            if word == "kill":
                self._ending.hurry()
        if self._line.closed:
            self._asked()
            del self._watch[self._line.fileno()]

    def _asked(self, *_: object) -> None:
        """Somebody wants an end of this."""
        self._cause = self._cause or "interrupted"

    # --- what follows from it

    def _decide(self) -> None:
        """Open the gate, or begin to end things, when it is time."""
        now = time.monotonic()
        self._gate.open_in_time()
        if self._account.alone:
            self._last_output = min(self._last_output, now + _LAST_OUTPUT)
        elif self._account.end:
            self._ending.plan(_SETTLE)
        elif now >= self._gate.began + self._timeout:
            self._cause = self._cause or "timeout"
        if self._cause:
            self._ending.plan(0)

    def _over(self) -> bool:
        if time.monotonic() >= min(self._last_output, self._ending.hopeless):
            return True
        return self._account.alone and not any(stream.open for stream in self._streams.values())

    def _resting(self) -> bool:
        return not self._account.end and time.monotonic() < self._rest_until

    def _watched(self) -> list[int]:
        streams = [] if self._resting() else [fd for fd, stream in self._streams.items() if stream.open]
        return [*self._watch, *streams]

    def _patience(self) -> float:
        """Seconds until something has to be done."""
        moments = [self._last_output, self._ending.hopeless]
        if not self._account.alone:
            moments.append(self._ending.due)
        if not self._account.end and not self._cause:
            moments.append(self._gate.began + self._timeout)
        if self._resting():
            moments.append(self._rest_until)
        return max(0.0, min(moments) - time.monotonic())

    def _report(self) -> Report:
        for stream in self._streams.values():
            stream.close()
        self._pipes.close()
        end = self._account.end
        return Report(
            status=end.status if end else None,
            cause=self._cause,
            wall=self._gate.seconds_until(end.moment if end else time.monotonic()),
            cpu=self._account.cpu(),
            peak_rss=self._account.peak_rss(),
            truncated=any(stream.truncated for stream in self._streams.values()),
            oom_kill=usage.oom_kills() > self._oom_kills,
            leftovers=self._leftovers,
            last=not self._account.alone,
        )
