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
from functools import partial

from autoloop.runner import limits, relay, tree, usage
from autoloop.runner.account import Account
from autoloop.runner.capture import Stream
from autoloop.runner.ending import Ending, send_all
from autoloop.runner.plumbing import Bell, Pipes, close_all_but, readable
from autoloop.runner.wire import Job, Line, Report

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
        line = Line(socket.socket(fileno=channel))
        alone = True
        while alone and isinstance(job := line.hear(_NEVER), Job):
            alone = _serve_one(job, line, bell)
    finally:
        os._exit(0)


def _serve_one(job: Job, line: Line, bell: Bell) -> bool:
    """One run; returns whether nothing of it is left."""
    account = Account()
    try:
        report = Supervision(job, line, bell, account).run()
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing may be left running, and it is told
        send_all(account.first, signal.SIGKILL)
        report = Report(fault=f"{type(error).__name__}: {error}")
    line.say(report)
    return account.alone and not report.fault


class Supervision:
    """One run, from the gate to the report."""

    def __init__(self, job: Job, line: Line, bell: Bell, account: Account) -> None:
        self._job = job
        self._line = line
        self._timeout = job.command.timeout or _NEVER
        self._pipes = Pipes()
        self._account = account
        self._oom_kills = usage.oom_kills()
        self._streams = [
            Stream(fd, path, job.command.keep_output, job.secrets)
            for fd, path in ((self._pipes.out, job.stdout), (self._pipes.err, job.stderr))
        ]
        self._name = b""
        self._go = False
        self._released = _NEVER
        self._began = _NEVER
        self._cause = ""
        self._leftovers: tuple[int, ...] = ()
        self._last_output = _NEVER
        bell.ring_on(signal.SIGCHLD, self._account.collect)
        bell.ring_on(signal.SIGTERM, self._asked)
        self._ending = Ending(self._start(), job.command.grace)
        self._watch: dict[int, Callable[[], None]] = {
            stream.fd: partial(self._pump, stream) for stream in self._streams
        }
        self._watch |= {line.fileno(): self._hear, self._pipes.ready: self._see_start, bell.fds[0]: bell.silence}

    def run(self) -> Report:
        """Watch until everything has ended and all output is written."""
        while not self._over():
            for fd in readable(self._watch, self._patience()):
                self._watch[fd]()
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

    def _pump(self, stream: Stream) -> None:
        stream.pump()
        if not stream.open:
            del self._watch[stream.fd]

    def _see_start(self) -> None:
        """The relay says its number when it is at the gate, and its end of the pipe closes with its exec."""
        word = os.read(self._pipes.ready, 64)
        self._name += word
        if not word:
            self._began = time.monotonic()
            self._account.leader = int(self._name or self._account.first)
            del self._watch[self._pipes.ready]

    def _hear(self) -> None:
        """A word from ``run``, or its silence for ever: it is dead."""
        while word := self._line.hear(0):
            if word == "go":
                self._go = True
                continue
            self._asked()
            if word == "kill":
                self._ending.hurry()
        if self._line.closed:
            self._asked()
            del self._watch[self._line.fileno()]

    def _at_gate(self) -> bool:
        """Whether the relay is ours alone: a parent that is not dead yet could still wait for it in our place."""
        return self._name.endswith(b"\n") and self._account.adopted(int(self._name))

    def _open_gate(self) -> None:
        limits.apply(int(self._name), self._job.command.limits)
        self._released = time.monotonic()
        self._pipes.open_gate()

    def _asked(self, *_: object) -> None:
        """Somebody wants an end of this."""
        self._cause = self._cause or "interrupted"

    def _decide(self) -> None:
        """Begin to end things when it is time."""
        now = time.monotonic()
        if self._go and self._released == _NEVER and self._at_gate():
            self._open_gate()
        if self._account.alone:
            self._last_output = min(self._last_output, now + _LAST_OUTPUT)
        elif self._account.end:
            self._ending.plan(_SETTLE)
        elif now >= self._began + self._timeout:
            self._cause = self._cause or "timeout"
        if self._cause:
            self._ending.plan(0)

    def _over(self) -> bool:
        if time.monotonic() >= min(self._last_output, self._ending.hopeless):
            return True
        return self._account.alone and not any(stream.open for stream in self._streams)

    def _patience(self) -> float:
        """Seconds until something has to be done."""
        moments = [self._last_output, self._ending.hopeless]
        if not self._account.alone:
            moments.append(self._ending.due)
        if not self._account.end and not self._cause:
            moments.append(self._began + self._timeout)
        return max(0.0, min(moments) - time.monotonic())

    def _report(self) -> Report:
        for stream in self._streams:
            stream.close()
        self._pipes.close()
        end = self._account.end
        return Report(
            status=end.status if end else None,
            cause=self._cause,
            wall=self._wall(end.moment if end else time.monotonic()),
            cpu=self._account.cpu(),
            peak_rss=self._account.peak_rss(),
            truncated=any(stream.truncated for stream in self._streams),
            oom_kill=usage.oom_kills() > self._oom_kills,
            leftovers=self._leftovers,
        )

    def _wall(self, ended: float) -> float:
        """Seconds since the exec; since the gate when the command was over before its exec was noticed; else 0."""
        began = self._began if self._began < ended else self._released
        return max(0.0, ended - began)
