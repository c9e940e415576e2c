"""The one owner of the user's commands: starts them, bounds them, measures them, and leaves nothing running.

How a run is built, from the outside in:

* ``run`` (``process``) asks ``sh`` for a process. Between fork and exec that process divides (``supervisor``): one half
  goes on to become the user's command, the other stays behind as its supervisor.
* The supervisor is a session of its own. It reads the command's output through pipes, redacts it (``redact``) and
  writes it capped (``capture``), so that memory stays flat and no secret reaches the disk. It waits for the command,
  stops it at its deadline, adopts and ends whatever the command leaves behind, and reports.
* A socket joins both. When our end closes, for whatever reason, SIGKILL included, the supervisor ends the command.
* What survives even the supervisor is found again by its mark (``sweep``).
"""

from __future__ import annotations

from autoloop.runner.process import run
from autoloop.runner.reading import lines, tail
from autoloop.runner.records import Command, Finished, Group, Limits, Outcome, ProcessUsage
from autoloop.runner.tree import sweep

__all__ = [
    "Command",
    "Finished",
    "Group",
    "Limits",
    "Outcome",
    "ProcessUsage",
    "lines",
    "run",
    "sweep",
    "tail",
]
