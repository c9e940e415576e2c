"""``autoloop history``, ``show`` and ``diff``: what was tried."""

from __future__ import annotations

import click
import msgspec

from autoloop.commands import present
from autoloop.commands.app import Answer, App, command
from autoloop.errors import UsageError
from autoloop.git import Remembered
from autoloop.model import Experiment
from autoloop.opened import OpenWorkspace
from autoloop.payloads import Diff, History, Show

_DIFF_SHOWN = 20_000


@command("history", short_help="List experiments, newest first.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="At most so many.")
def history(app: App, limit: int) -> Answer:
    """List experiments, newest first.

    \b
    autoloop history --limit 50
    """
    record = app.workspace.record()
    found = app.workspace.store.experiments(Experiment, limit) if record.counts.total else ()
    return Answer(History(tuple(present.recent(e) for e in found), record.counts.total), record)


@command("show", short_help="Show one experiment in full.")
@click.argument("number", type=click.IntRange(1), metavar="N")
def show(app: App, number: int) -> Answer:
    """Show experiment N in full: what was tried, what was measured, why the verdict."""
    record = app.workspace.record()
    experiment = experiment_of(app, number)
    unit = record.baseline.unit if record.baseline else ""
    return Answer(Show(msgspec.structs.replace(experiment, remembered={}), unit), record)


@command("diff", short_help="Show what an experiment changed.")
@click.argument("number", type=click.IntRange(1), metavar="N")
@click.argument("other", type=click.IntRange(1), metavar="[M]", required=False)
@click.option("--stat", is_flag=True, help="Only which files, and how much.")
def diff(app: App, number: int, other: int | None, stat: bool) -> Answer:
    """Show what experiment N changed, kept or not; with M, how the candidates of N and M differ.

    \b
    autoloop diff 3
    autoloop diff 3 7
    """
    record = app.workspace.record()
    experiment = experiment_of(app, number)
    before, after = _sides(experiment)
    if other is not None:
        before, (_, after) = after, _sides(experiment_of(app, other))
    repository = OpenWorkspace(app.workspace.root).repository
    changes = repository.delta(before, after)
    text = repository.diff_text(before, after, stat=stat)
    cut = app.json and len(text) > _DIFF_SHOWN
    shown = text[:_DIFF_SHOWN] if cut else text
    return Answer(Diff(experiment.id, tuple(change.path for change in changes), shown, cut), record)


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


def _sides(experiment: Experiment) -> tuple[str, str]:
    found = experiment.evaluation or (experiment.earlier[-1] if experiment.earlier else None)
    measured = found.tree if found else experiment.measurement.tree if experiment.measurement else None
    before = msgspec.convert(experiment.remembered, Remembered).tree if experiment.remembered else experiment.before
    return before, measured or experiment.refs.get("trash") or before
