"""The one owner of the user's commands: starts them, bounds them, measures them, and leaves nothing running.

How a run is built, from the outside in:

* ``run`` (``process``) hands a job to a supervisor over a socket. The first job has ``sh`` fork one (``service``), in a
  session of its own; it serves the following jobs too, so that a run costs a few milliseconds and not a new process of
  this size each time.
* The supervisor starts the command by way of two small shells (``relay``) that wait at a gate until the caller has
  recorded the process group. It reads the output through pipes, redacts it (``redact``) and writes it capped
  (``capture``), so that memory stays flat and no secret reaches the disk. It waits for the command, stops it at its
  deadline, adopts and ends whatever the command leaves behind, and reports.
* When our end of the socket closes, for whatever reason, SIGKILL included, the supervisor ends the command. (The
  parent-death signal of Linux would end only the shell, and already when the thread ends that forked it.)
* What survives even the supervisor is found again by its mark (``sweep``).
"""

from __future__ import annotations

from autoloop.runner.asking import Said, ask
from autoloop.runner.process import run
from autoloop.runner.program import ended, program, start
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
    "Said",
    "ask",
    "ended",
    "lines",
    "program",
    "run",
    "start",
    "sweep",
    "tail",
]
