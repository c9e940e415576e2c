"""The texts for reviewers: one for each review branch, written beside the document of its session."""

from __future__ import annotations

import msgspec

from autoloop import pull_request
from autoloop.job import Job
from autoloop.model import Session
from autoloop.outcomes import Branch, PullRequest
from autoloop.paths import numbered
from autoloop.pull_request import Told


def requested(job: Job, session: Session, told: Told) -> tuple[PullRequest, ...]:
    """A request for each branch; of several each has a text of its own, about its own wins.

    Args:
        job: the running finalize.
        session: the one that the texts are filed under.
        told: what all of them tell.
    """
    if len(told.branches) == 1:
        return (_request(job, session, told, told.branches[0], ""),)
    numbers = range(1, len(told.branches) + 1)
    return tuple(
        _request(job, session, msgspec.structs.replace(told, about=branch), branch, f".{number}")
        for number, branch in zip(numbers, told.branches, strict=True)
    )


def _request(job: Job, session: Session, told: Told, branch: Branch, mark: str) -> PullRequest:
    file = job.workspace.layout.sessions / f"{numbered(session.id, session.name)}{mark}.pr.md"
    job.writer.write_text(file, pull_request.body(told))
    title, relative = pull_request.title(told), str(file.relative_to(job.workspace.root))
    argv = ("gh", "pr", "create", "--head", branch.name, "--title", title, "--body-file", relative)
    return PullRequest(title, relative, argv)
