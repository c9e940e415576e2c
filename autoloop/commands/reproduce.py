"""``autoloop reproduce``: measures one experiment again."""

from __future__ import annotations

import click

from autoloop.commands.app import Answer, App, command
from autoloop.commands.firing import opened
from autoloop.commands.lookup import experiment_of
from autoloop.model import Improvement
from autoloop.payloads import ExperimentName, FinalConfirmed, Reproduced
from autoloop.reproduction import reproduce as measured_again


@command("reproduce", short_help="Measure one experiment's commit against its parent again.")
@click.argument("number", type=click.IntRange(1), metavar="N")
@click.option("--pairs", type=click.IntRange(1, 200), metavar="P", help="Interleaved pairs (default: 10).")
def reproduce(app: App, number: int, pairs: int | None) -> Answer:
    """Measure experiment N's commit against its parent again, and say whether the recorded effect shows once more.

    Both are checked out privately; your work tree, index and HEAD are not touched, and no state changes. What a fresh
    checkout lacks is prepared by [eval] setup. An experiment that was not kept is measured as its candidate was.

    \b
    autoloop reproduce 3
    autoloop reproduce 3 --pairs 30 --json
    """
    experiment = experiment_of(app, number)
    pair, found = measured_again(opened(app), experiment, app.notify, pairs)
    record = app.workspace.record()
    on_record = experiment.evaluation.improvement if experiment.evaluation else Improvement()
    payload = Reproduced(
        experiment=ExperimentName(experiment.id, experiment.description),
        status=experiment.status,
        commit=pair.commit,
        parent=pair.parent,
        recorded=on_record,
        measured=FinalConfirmed(found.percent, found.low, found.high, found.pairs),
        reproduced=found.low is not None and found.low > 0,
        before=found.base_value,
        after=found.tip_value,
        unit=record.baseline.unit if record.baseline else "",
        runs=f".autoloop/runs/reproduce-{experiment.id:03d}",
    )
    return Answer(payload, record)
