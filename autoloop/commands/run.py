"""``autoloop run``: drives a whole bounded session from outside."""

from __future__ import annotations

from typing import Any

import click

from autoloop.commands import present
from autoloop.commands.app import Answer, App, command
from autoloop.commands.firing import engine, seconds
from autoloop.driver import Driver
from autoloop.errors import EXIT_COMMAND
from autoloop.model import Experiment, Session
from autoloop.payloads import RunAnswer


@command("run", short_help="Drive a whole bounded session from outside.")
@click.option("--propose", required=True, metavar="CMD", help="Called once per experiment; changes files, then ends.")
@click.option("--goal", metavar="TEXT", help="What the session is for.")
@click.option("--name", metavar="N", help="Name of the session.")
@click.option("--experiments", type=click.IntRange(1), metavar="N", help="At most so many experiments.")
@click.option("--time", "time_", metavar="2h", help="Wall time.")
@click.option("--eval-time", metavar="1h", help="Time spent measuring.")
@click.option("--failures", type=click.IntRange(1), metavar="N", help="Crashed experiments in a row.")
@click.option("--plateau", type=click.IntRange(1), metavar="N", help="Experiments in a row without a win.")
@click.option("--target", metavar="VALUE|PERCENT", help="Stop when the metric reaches it: 35, or 20%.")
@click.option("--propose-timeout", default="30m", show_default=True, metavar="30m", help="Time for one proposal.")
def run(
    app: App,
    propose: str,
    time_: str | None,
    eval_time: str | None,
    propose_timeout: str,
    **options: Any,  # noqa: ANN401
) -> Answer:
    """Call CMD once per experiment, measure what it changed, keep or discard it, until the budget is used.

    CMD finds the goal, the budget and the history in AUTOLOOP_GOAL, AUTOLOOP_BUDGET, AUTOLOOP_HISTORY and in the file
    AUTOLOOP_BRIEF. Its last line of output may say `DESCRIPTION: what was tried`; exit code 10 says that it has nothing
    more to propose. Started again after it was killed, the session goes on.

    \b
    autoloop run --propose "./propose.sh" --goal "lower p99" --experiments 5 --time 2h
    """
    limits = {"time": seconds(time_, "--time"), "eval_time": seconds(eval_time, "--eval-time")}
    opening = {name: value for name, value in (options | limits).items() if value is not None}
    driver = Driver(engine(app), propose, seconds(propose_timeout, "--propose-timeout") or 0.0)
    stopped = driver.run(opening)
    record = app.workspace.record()
    store = app.workspace.store
    session = record.session or store.session(record.last_session or 0, Session)
    found = [store.experiment(number, Experiment) for number in driver.ran]
    usage: dict[str, float | None] = {"tokens": None, "usd": None}
    payload = RunAnswer(present.session(session), tuple(present.recent(one) for one in found if one), stopped, usage)
    return Answer(payload, record, EXIT_COMMAND if stopped.reason == "proposer" else 0)
