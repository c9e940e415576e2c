"""Documents that a command line names."""

from __future__ import annotations

from autoloop.commands.answer import App
from autoloop.errors import UsageError
from autoloop.model import Experiment, Session
from autoloop.workspace import Workspace


def experiment_of(app: App, number: int) -> Experiment:
    """The document of experiment ``number``, the open one included.

    Raises:
        UsageError: there is none.
    """
    found = app.workspace.store.experiment(number, Experiment)
    if found is None:
        total = app.workspace.record().counts.total
        raise UsageError(
            "experiment_unknown", f"There is no experiment {number}.", why=f"{total} so far", fix="autoloop history"
        )
    return found


def sides(experiment: Experiment) -> tuple[str, str]:
    """The trees before and after an experiment."""
    return experiment.before, experiment.candidate or experiment.before


def session_of(workspace: Workspace, name: str) -> Session:
    """The session of that name or number, else the open one, else the latest.

    Raises:
        UsageError: there is none.
    """
    record = workspace.record()
    known = {session.id: session for session in workspace.store.sessions(Session)}
    if record.session is not None:
        known[record.session.id] = record.session
    named = [known[number] for number in sorted(known) if not name or name in {known[number].name, str(number)}]
    if not named:
        told = ", ".join(session.name for session in known.values()) or "none"
        raise UsageError(
            "session_unknown", "There is no such session.", why=f"known: {told}", fix="autoloop session list"
        )
    return named[-1]
