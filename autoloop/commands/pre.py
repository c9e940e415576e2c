"""``autoloop pre``: looks up earlier attempts and opens the next experiment."""

from __future__ import annotations

import click

from autoloop import learn, similarity
from autoloop.commands.app import Answer, App, command
from autoloop.commands.firing import fire
from autoloop.model import Experiment
from autoloop.payloads import ExperimentName, MatchShown, Pre

_REMEMBERED = 500


@command("pre", short_help="Look up earlier attempts and open the next experiment.")
@click.option("-d", "--description", required=True, metavar="TEXT", help="What is going to be tried, in one line.")
def pre(app: App, description: str) -> Answer:
    """Look up earlier attempts and open the next experiment; then change the code and type: autoloop eval.

    \b
    autoloop pre --description "intern tokens while parsing"
    """
    history = tuple(app.workspace.store.experiments(Experiment, _REMEMBERED))
    done = fire(app, "pre", {"description": description})
    experiment = done.record.experiment
    if experiment is None:
        message = "an experiment was opened but is not in the record"
        raise RuntimeError(message)
    earlier = tuple(one for one in history if one.id != experiment.id)
    found = similarity.advise(experiment.description, (), earlier)
    described = {one.id: one.description for one in earlier}
    matches = tuple(
        MatchShown(match.experiment, match.score, match.status, described.get(match.experiment, ""), match.why)
        for match in found.matches
    )
    name = ExperimentName(experiment.id, experiment.description)
    payload = Pre(name, found.advice, found.reasons, matches, learn.hints(experiment.description, earlier))
    return Answer(payload, done.record, recovered=bool(done.recovered), notes=done.notes)
