"""Where we are, what was gained, what is left: the answer of ``autoloop status``."""

from __future__ import annotations

from autoloop.commands import present
from autoloop.commands.answer import Answer, App
from autoloop.model import Experiment, Record, Session
from autoloop.progress import Live
from autoloop.shown import Status

_RECENT = 10

SAID = {
    "uninitialized": "Nothing is set up in this repository yet.",
    "configured": "A configuration exists; its commands are not proven.",
    "verified": "The commands work; the starting point is not measured.",
    "ready": "The incumbent is known; the next experiment may begin.",
    "exhausted": "A limit of the session is reached; finalize it or end it.",
    "finalized": "The review branch is there; merge it, or start another session.",
}
"""What the workflow file says of the states in which no experiment is open."""


def answer(app: App, *, everything: bool = False) -> Answer:
    """The answer; ``everything`` lists all sessions, not only the latest."""
    record = app.workspace.record()
    return Answer(status(app, record, app.workspace.store.at_work(), everything=everything), record)


def status(app: App, record: Record, live: Live | None, *, everything: bool = False) -> Status:
    """Where we are, given the record and what another process is at."""
    store = app.workspace.store
    session = _session(app, record)
    sessions = tuple(store.sessions(Session)) if everything else ()
    return Status(
        describe=_describe(record, live),
        session=present.session(session),
        experiment=present.open_experiment(record.experiment),
        baseline=present.baseline(record),
        incumbent=present.incumbent(record),
        counts=record.counts,
        best=present.best(record),
        streak=record.streak,
        recent=tuple(present.recent(e) for e in _recent(app, record)),
        sessions=tuple(shown for s in sessions if (shown := present.session(s))),
        waiting=tuple(one.experiment for one in record.waiting),
        running=present.running(live) if live else None,
    )


def _session(app: App, record: Record) -> Session | None:
    if record.session is not None or record.last_session is None:
        return record.session
    return app.workspace.store.session(record.last_session, Session)


def _recent(app: App, record: Record) -> list[Experiment]:
    if not record.counts.total:
        return []
    return list(app.workspace.store.experiments(Experiment, _RECENT))


def _describe(record: Record, live: Live | None) -> str:
    """What is so, in the words of the workflow file, which a status does not wait for."""
    if live is not None:
        return f"{live.command} is still running (process {live.pid}): the workspace is {record.state}."
    if record.experiment is not None:
        return f"Experiment {record.experiment.id} is {record.state}: {record.experiment.description}"
    return SAID.get(record.state, f"The workspace is {record.state}.")
