"""Which sessions a finalize is about, and which wins they hold."""

from __future__ import annotations

from autoloop.errors import UsageError
from autoloop.job import Job
from autoloop.model import Experiment, Session


def chosen_sessions(job: Job) -> tuple[Session, ...]:
    """The named session, all of them, or the open (else the latest) one; only sessions with wins, oldest first.

    Raises:
        UsageError: ``session_unknown``, or ``no_wins`` in what was chosen.
    """
    name = job.options.get("session")
    chosen = (job.workspace.session(str(name)),) if name and not job.options.get("all") else _unnamed(job)
    with_wins = tuple(session for session in chosen if session.wins)
    if not with_wins:
        raise UsageError("no_wins", "The chosen session has no wins.", fix="autoloop session list")
    return with_wins


def _unnamed(job: Job) -> tuple[Session, ...]:
    if job.options.get("all"):
        return job.workspace.sessions()
    if job.record.session is not None:
        return (job.record.session,)
    return tuple(session for session in job.workspace.sessions() if session.wins)[-1:]


def wins_of(job: Job, session: Session) -> tuple[Experiment, ...]:
    """The kept experiments of ``session``, in order."""
    found = (job.workspace.store.experiment(number, Experiment) for number in session.wins)
    return tuple(experiment for experiment in found if experiment is not None)
