"""``autoloop eval`` and ``autoloop rerun``: measure the change and give the verdict."""

from __future__ import annotations

import click

from autoloop.commands import results
from autoloop.commands.app import Answer, App, command
from autoloop.commands.detached import detachable
from autoloop.commands.firing import fire

_EXIT_CODE = "Exit code by verdict: 0 keep, 10 discard, 20 rerun, 4 crash."


@command("eval", short_help="Measure the change against the incumbent and give the verdict.")
@detachable
@click.option("-d", "--description", metavar="TEXT", help="What was tried, when `pre` was skipped.")
@click.option("--exit-code", is_flag=True, help=_EXIT_CODE)
def eval_(app: App, description: str | None, exit_code: bool) -> Answer:
    """Measure the change against the incumbent, run the guardrails and give the verdict.

    \b
    autoloop eval
    autoloop eval --exit-code     for scripts
    autoloop eval --detach        then: autoloop wait
    """
    return _measured(app, "eval", {"description": description}, exit_code=exit_code)


@command("rerun", short_help="Measure an undecided change once more.")
@detachable
@click.option("--exit-code", is_flag=True, help=_EXIT_CODE)
def rerun(app: App, exit_code: bool) -> Answer:
    """Measure an undecided change once more, from fresh samples and at a stricter level.

    \b
    autoloop rerun
    autoloop rerun --detach       then: autoloop wait
    """
    return _measured(app, "rerun", {}, exit_code=exit_code)


def _measured(app: App, trigger: str, options: dict[str, object], *, exit_code: bool) -> Answer:
    done = fire(app, trigger, options)
    experiment = done.record.experiment
    found = experiment.evaluation if experiment else None
    if experiment is None or found is None:
        message = "an evaluation was made but is not in the record"
        raise RuntimeError(message)
    payload = results.evaluation(done.record, experiment, found)
    code = results.exit_code(payload, by_verdict=exit_code)
    return Answer(payload, done.record, code, bool(done.recovered), done.notes)
