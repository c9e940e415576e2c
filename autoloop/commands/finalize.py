"""``autoloop finalize``: measures the gain again and builds the review branch."""

from __future__ import annotations

from typing import Any

import click

from autoloop.commands.app import Answer, App, command
from autoloop.commands.firing import fire
from autoloop.model import Confirmation
from autoloop.outcomes import Finalized
from autoloop.payloads import FinalConfirmed, Finalize


@command("finalize", short_help="Measure the gain again and build the review branch.")
@click.option(
    "--session", metavar="NAME", is_flag=False, flag_value="", help="This session (default: the open or latest one)."
)
@click.option("--all", is_flag=True, help="The wins of all sessions.")
@click.option("--split", is_flag=True, help="One branch per group of wins that share no path.")
@click.option("--base", metavar="REF", help="Build on REF instead of where the session began.")
@click.option("--name", metavar="BRANCH", help="Name of the branch.")
@click.option("--ablate", is_flag=True, help="Leave each win out in turn, and mark those that no longer help.")
@click.option("--no-confirm", is_flag=True, help="Do not measure base against tip again.")
def finalize(app: App, no_confirm: bool, **options: Any) -> Answer:  # noqa: ANN401
    """Measure base against tip again, build the review branch and write the pull request's text.

    Your work tree, index and HEAD are not touched.

    \b
    autoloop finalize
    autoloop finalize --session latency --split
    """
    done = fire(app, "finalize", {**options, "confirm": not no_confirm})
    found = done.result
    if not isinstance(found, Finalized):
        message = "finalize came to nothing"
        raise TypeError(message)
    payload = Finalize(
        branches=found.branches,
        claimed_percent=round(found.claimed_percent, 4),
        confirmed=_shown(found.confirmed),
        skipped=found.skipped,
        pr=found.pr,
        ablation=found.ablation,
        holdout=found.holdout,
        notes=done.notes,
    )
    return Answer(payload, done.record, recovered=bool(done.recovered), notes=done.notes)


def _shown(known: Confirmation | None) -> FinalConfirmed | None:
    return None if known is None else FinalConfirmed(known.percent, known.low, known.high, known.pairs)
