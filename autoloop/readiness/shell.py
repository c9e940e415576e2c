"""The shell that a client gives to its agent, as far as it can be had without the client."""

from __future__ import annotations

import os
from pathlib import Path

from autoloop import runner
from autoloop.agents import Client

_PATIENCE = 20.0  # seconds for one command
_NO_GIT_CONFIG = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


class AgentShell:
    """Runs command lines at the top of the repository as the client's agent would.

    Args:
        client: whose shell it is.
        root: top of the repository.
    """

    def __init__(self, client: Client, root: Path) -> None:
        self.client = client
        self.root = root

    def run(self, line: str, *, sandboxed: bool = False) -> runner.Said:
        """Run one command line, in the client's usual sandbox if asked to; answers with its last line."""
        shell = self.client.shell
        return runner.ask(
            runner.Command(
                argv=(*(shell.sandbox if sandboxed else ()), *shell.argv, line),
                cwd=self.root,
                timeout=_PATIENCE,
                grace=1.0,
                env=_NO_GIT_CONFIG if shell.hides_git else {},
                keep_env=("GIT_*",),
            )
        )
