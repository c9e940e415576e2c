"""The work tree at rest: what later changes are taken against, and what a discard returns to."""

from __future__ import annotations

import msgspec

from autoloop.job import Job


def at_rest(job: Job) -> tuple[str, dict[str, object]]:
    """Remember the work tree as it is now; anchored, so that git never prunes it. Returns its tree and the document."""
    repository = job.repository
    remembered = repository.remember(job.workspace.layout.scratch, max_file_bytes=job.largest_file)
    repository.anchor({f"refs/autoloop/{job.record.loop}/rest": remembered.commit})
    return remembered.tree, msgspec.to_builtins(remembered)
