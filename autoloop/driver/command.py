"""A command as a hand: ``--propose CMD``, or an agent of the user's own: ``--agent-cmd 'TEMPLATE {prompt_file}'``."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import msgspec

from autoloop import runner
from autoloop.driver import complaints
from autoloop.driver.hand import Errand, Event, Proposal

NOTHING_LEFT = 10
PLACEHOLDER = "{prompt_file}"
_DESCRIPTION = re.compile(r"^\W*DESCRIPTION:\s*(\S.*)$", re.MULTILINE)


def described(text: str) -> str:
    """What ``DESCRIPTION: …`` says in a hand's own words; the last such line counts."""
    found = _DESCRIPTION.findall(text)
    return found[-1].strip().rstrip("*`_ ") if found else ""


class CommandHand(msgspec.Struct, frozen=True):
    """A shell command.

    Attributes:
        command: run by ``/bin/sh -c`` at the top of the work tree; ``{prompt_file}`` becomes the brief's path, and
            an agent's command without it gets the brief on stdin.
        cwd: the top of the work tree.
        timeout: seconds that one call may take.
        agent: it is an agent's command, which is meant to read the brief.
    """

    command: str
    cwd: Path
    timeout: float
    agent: bool = False

    @property
    def name(self) -> str:
        """Who it is."""
        return "agent" if self.agent else "proposer"

    def call(self, errand: Errand) -> Proposal:
        """Run it to its end; exit code 10 says that it has nothing more to propose."""
        finished = started(self._line(errand.brief), self.cwd, self.timeout, errand)
        if finished.exit_code == NOTHING_LEFT:
            return Proposal("nothing_left", f"the {self.name} has nothing more to propose", seconds=finished.seconds)
        if finished.outcome != "ok":
            told = runner.tail(finished.stderr, 3).strip()
            why = f"the {self.name} failed ({finished.outcome}): {told}"
            return Proposal(self._ended(finished.outcome, told), why, seconds=finished.seconds)
        said = runner.tail(finished.stdout, 50)
        return Proposal("proposed", description=described(said), said=said, seconds=finished.seconds)

    def _ended(self, outcome: str, told: str) -> Event:
        if outcome == "timeout":
            return "overrun"
        if self.agent and complaints.turned_away(told):
            return "rate_limited"
        return "not_found" if self.agent and outcome == "not_found" else "crashed"

    def _line(self, brief: Path) -> str:
        line = self.command.replace(PLACEHOLDER, shlex.quote(str(brief)))
        return f"({line}\n) < {shlex.quote(str(brief))}" if self.agent and PLACEHOLDER not in self.command else line


def started(shell: str, cwd: Path, timeout: float, errand: Errand) -> runner.Finished:
    """Run a hand's command: with everything in our environment, in a group that is ended when it takes too long."""
    command = runner.Command(shell=shell, cwd=cwd, timeout=timeout, env=errand.env, keep_env=("*",))
    out, err = errand.stem.with_suffix(".out"), errand.stem.with_suffix(".err")
    return runner.run(command, stdout=out, stderr=err, on_tick=errand.tick)
