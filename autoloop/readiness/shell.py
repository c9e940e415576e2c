"""The shell that a client gives to its agent, as far as it can be had without the client."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import msgspec

from autoloop import runner
from autoloop.agents import Client

PATIENCE = 20.0  # seconds for one command
_LONGEST = 256 * 1024  # bytes of its last line
_NO_GIT_CONFIG = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


class Said(msgspec.Struct, frozen=True):
    """What a command came to: its last line of output, and its last complaint."""

    outcome: runner.Outcome
    line: str = ""
    complaint: str = ""

    @property
    def why(self) -> str:
        """What went wrong, in words."""
        if self.outcome == "timeout":
            return f"no answer within {PATIENCE:.0f} s"
        return self.complaint or f"the command {self.outcome.replace('_', ' ')}"


class AgentShell:
    """Runs command lines at the top of the repository as the client's agent would.

    Args:
        client: whose shell it is.
        root: top of the repository.
    """

    def __init__(self, client: Client, root: Path) -> None:
        self.client = client
        self.root = root

    def run(self, line: str, *, sandboxed: bool = False) -> Said:
        """Run one command line, in the client's usual sandbox if asked to."""
        shell = self.client.shell
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder) / "out", Path(folder) / "err"
            command = runner.Command(
                argv=(*(shell.sandbox if sandboxed else ()), *shell.argv, line),
                cwd=self.root,
                timeout=PATIENCE,
                grace=1.0,
                env=_NO_GIT_CONFIG if shell.hides_git else {},
                keep_env=("GIT_*",),
            )
            finished = runner.run(command, stdout=out, stderr=err)
            return Said(finished.outcome, runner.tail(out, 1, _LONGEST), runner.tail(err, 1).strip())
