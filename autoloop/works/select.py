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
    asked = job.options
    everything = sorted(_known(job), key=lambda session: session.id)
    if asked.get("all"):
        chosen = everything
    elif asked.get("session"):
        chosen = [s for s in everything if asked["session"] in {s.name, str(s.id)}]
        if not chosen:
            names = ", ".join(s.name for s in everything) or "none"
            raise UsageError(
                "session_unknown",
                f"There is no session {asked['session']!r}.",
                why=f"known: {names}",
                fix="autoloop session list",
            )
    else:
        chosen = [s for s in everything if s.wins][-1:] if job.record.session is None else [job.record.session]
    with_wins = tuple(session for session in chosen if session.wins)
    if not with_wins:
        raise UsageError("no_wins", "The chosen session has no wins.", fix="autoloop session list")
    return with_wins


def _known(job: Job) -> list[Session]:
    stored = {session.id: session for session in job.workspace.store.sessions(Session)}
    if job.record.session is not None:
        stored[job.record.session.id] = job.record.session
    return list(stored.values())


def wins_of(job: Job, session: Session) -> tuple[Experiment, ...]:
    """The kept experiments of ``session``, in order."""
    found = (job.workspace.store.experiment(number, Experiment) for number in session.wins)
    return tuple(experiment for experiment in found if experiment is not None)
