"""``autoloop undo``, ``revive``, ``land`` and ``prune``: what becomes of experiments after they ended."""

from __future__ import annotations

import click

from autoloop.commands import present
from autoloop.commands.app import Answer, App, command
from autoloop.commands.firing import fire, opened
from autoloop.engine import Done
from autoloop.outcomes import Landed, Revived, Undone
from autoloop.recalled import LandAnswer, LandedShown, PruneAnswer, ReviveAnswer, UndoAnswer
from autoloop.shown import ExperimentName


@command("undo", short_help="Take back the last keep or discard.")
def undo(app: App) -> Answer:
    """Take back the last keep or discard: the experiment is in hand again, with its verdict.

    After a keep, branch and index go back to where they were, and the files stay (type autoloop discard --revert to
    take them back too). After a discard, the experiment's files are in the work tree again. Refused when the branch or
    the files have moved on since.

    \b
    autoloop undo
    """
    done = fire(app, "undo")
    found = done.result
    experiment = present.open_experiment(done.record.experiment)
    if not isinstance(found, Undone) or experiment is None:
        raise _nothing("undo")
    session = done.record.session.name if done.record.session else None
    return _answer(UndoAnswer(found.kind, experiment, session, (*found.notes, *done.notes)), done)


@command("revive", short_help="Bring back what an earlier experiment tried, as a new experiment.")
@click.argument("number", type=click.IntRange(1), metavar="N")
@click.option("-d", "--description", metavar="TEXT", help='Instead of "revive #N: ...".')
def revive(app: App, number: int, description: str | None) -> Answer:
    """Apply what experiment N tried to today's incumbent, as a new experiment; then type: autoloop eval.

    Where both changed the same file, the changes are merged; where they do not fit, nothing is touched, and the paths
    are named. Edits of yours are never written over.

    \b
    autoloop revive 7
    """
    done = fire(app, "revive", {"experiment": number, "description": description})
    found, experiment = done.result, done.record.experiment
    if not isinstance(found, Revived) or experiment is None:
        raise _nothing("revive")
    name = ExperimentName(experiment.id, experiment.description)
    origin = found.opening.origin or number
    return _answer(ReviveAnswer(name, origin, found.paths, (*found.notes, *done.notes)), done)


@command("land", short_help="Put wins that wait on their branch.")
def land(app: App) -> Answer:
    """Put the wins that wait (kept in a sandbox, or with --no-commit) on their branch, one commit each.

    When the branch has moved since, they are rebased onto it; where they do not fit, nothing is touched.

    \b
    autoloop land
    """
    done = fire(app, "land")
    found = done.result
    if not isinstance(found, Landed):
        raise _nothing("land")
    landed = tuple(LandedShown(one.id, one.description, one.commit or "") for one in found.experiments)
    branch = found.ref.removeprefix("refs/heads/")
    return _answer(LandAnswer(branch, landed, found.rebased, (*found.notes, *done.notes)), done)


@command("prune", short_help="Let go of old candidates that were not kept.")
@click.option("--keep", "limit", type=click.IntRange(0), metavar="N", help="Hold so many (default: [git] retention).")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
def prune(app: App, limit: int | None, dry_run: bool) -> Answer:
    """Let go of the oldest candidates that were discarded or crashed: their git refs and raw output.

    Kept and open experiments stay, and so do all documents. What is held: autoloop history --refs.

    \b
    autoloop prune --dry-run
    autoloop prune --keep 50
    """
    from autoloop import retention

    workspace = opened(app)
    most = workspace.config().git.retention if limit is None else limit
    record = app.workspace.record()
    if dry_run:
        everything = retention.held(workspace, record)
        going = retention.prunable(record, everything, most)
        done = retention.Pruned(going, sum(one.status in retention.LOST for one in everything))
    else:
        done = retention.prune(workspace, most)
    payload = PruneAnswer(done.gone, done.held, most, sum(one.bytes for one in done.gone), dry_run)
    return Answer(payload, app.workspace.record(), recovered=done.recovered)


def _answer(payload: UndoAnswer | ReviveAnswer | LandAnswer, done: Done) -> Answer:
    return Answer(payload, done.record, recovered=bool(done.recovered), notes=payload.notes)


def _nothing(name: str) -> TypeError:
    return TypeError(f"{name} came to nothing")
