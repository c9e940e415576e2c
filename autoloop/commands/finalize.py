"""``autoloop finalize``: measures the gain again and builds the review branch."""

from __future__ import annotations

import shlex
import shutil
from typing import Any

import click
import msgspec

from autoloop import runner
from autoloop.commands.app import Answer, App, command
from autoloop.commands.detached import detachable
from autoloop.commands.firing import fire
from autoloop.errors import CommandError
from autoloop.model import Confirmation
from autoloop.outcomes import Branch, Finalized
from autoloop.payloads import FinalConfirmed, Finalize

_PATIENCE = 120.0


@command("finalize", short_help="Measure the gain again and build the review branch.")
@detachable
@click.option(
    "--session", metavar="NAME", is_flag=False, flag_value="", help="This session (default: the open or latest one)."
)
@click.option("--all", is_flag=True, help="The wins of all sessions.")
@click.option("--split", is_flag=True, help="One branch per group of wins that share no path.")
@click.option("--base", metavar="REF", help="Build on REF instead of where the session began.")
@click.option("--name", metavar="BRANCH", help="Name of the branch.")
@click.option("--ablate", is_flag=True, help="Leave each win out in turn, and mark those that no longer help.")
@click.option("--no-confirm", is_flag=True, help="Do not measure base against tip again.")
@click.option("--pr", is_flag=True, help="Open the pull request with GitHub's `gh`; push the branch first.")
def finalize(app: App, no_confirm: bool, pr: bool, **options: Any) -> Answer:  # noqa: ANN401
    """Measure base against tip again, build the review branch and write the pull request's text.

    Your work tree, index and HEAD are not touched.

    \b
    autoloop finalize
    autoloop finalize --session latency --split
    """
    if pr:
        _demand_gh()
    done = fire(app, "finalize", {**options, "confirm": not no_confirm})
    found = done.result
    if not isinstance(found, Finalized):
        message = "finalize came to nothing"
        raise TypeError(message)
    branches = tuple(_opened(app, branch) for branch in found.branches) if pr else found.branches
    payload = Finalize(
        branches=branches,
        claimed_percent=round(found.claimed_percent, 4),
        confirmed=_shown(found.confirmed),
        skipped=found.skipped,
        pr=branches[0].pr or found.pr,
        ablation=found.ablation,
        holdout=found.holdout,
        notes=done.notes,
    )
    return Answer(payload, done.record, recovered=bool(done.recovered), notes=done.notes)


def _demand_gh() -> None:
    """Say that there is no `gh` before anything is measured."""
    if shutil.which("gh") is None:
        fix = "install gh (https://cli.github.com); or: autoloop finalize, and open the request with the text it writes"
        raise CommandError("gh_missing", "--pr needs GitHub's command gh, and there is none on PATH.", fix=fix)


def _opened(app: App, branch: Branch) -> Branch:
    """Run the command that opens the branch's request; the branch is built already, whatever comes of this."""
    if branch.pr is None:
        return branch
    line = shlex.join(branch.pr.argv)
    command = runner.Command(shell=line, cwd=app.workspace.root, timeout=_PATIENCE, keep_env=("*",))
    folder = app.workspace.layout.runs / "pull-request"
    folder.mkdir(parents=True, exist_ok=True)
    finished = runner.run(command, stdout=folder / "gh.out", stderr=folder / "gh.err")
    if finished.outcome != "ok":
        raise CommandError(
            "pr_failed",
            f"The branch {branch.name} is built, but gh did not open a pull request.",
            why=runner.tail(finished.stderr, 5) or finished.outcome,
            fix=f"git push -u origin {shlex.quote(branch.name)} && {line}",
        )
    request = msgspec.structs.replace(branch.pr, url=runner.tail(finished.stdout, 1).strip())
    return msgspec.structs.replace(branch, pr=request)


def _shown(known: Confirmation | None) -> FinalConfirmed | None:
    return None if known is None else FinalConfirmed(known.percent, known.low, known.high, known.pairs)
