"""Documents that a command line names."""

from __future__ import annotations

from autoloop.commands.answer import App
from autoloop.errors import UsageError
from autoloop.model import Experiment


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
