"""The hidden check: run only before a keep and at finalize, its output never kept, only pass or fail is ever told."""

from __future__ import annotations

import tempfile
from pathlib import Path

from autoloop import runner
from autoloop.job import Job

NOTE = "holdout"
_MOST_LOOKS = 2


def passes(job: Job) -> bool | None:
    """Look once; None when there is no hold-out. Each look is journalled before it happens.

    A look that a crash cut off counts: after two of them the answer is no, since killing the program at the right
    moment must not buy looks.
    """
    section = job.config.holdout
    if not section.command:
        return None
    looks = len(job.notes_since_begin(NOTE))
    if looks >= _MOST_LOOKS:
        job.notes.append("the hold-out check was interrupted too often and counts as failed")
        return False
    job.tell("keeping", "running the hold-out check")
    job.note(NOTE, {"look": looks + 1}, durable=True)
    command = runner.Command(shell=section.command, cwd=job.workspace.root, timeout=float(section.timeout))
    with tempfile.TemporaryDirectory(prefix="autoloop-") as hidden:
        finished = runner.run(
            command,
            stdout=Path(hidden) / "out",
            stderr=Path(hidden) / "err",
            on_tick=lambda seconds: job.beat("hold-out", seconds),
        )
    return finished.outcome == "ok"
