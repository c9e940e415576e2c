"""``autoloop wait``: how far a running command is, and in the end its answer."""

from __future__ import annotations

import time

import click
import msgspec

from autoloop import workflow
from autoloop.commands import present, results
from autoloop.commands.app import Answer, App, command
from autoloop.commands.detached import answered, gone, starting
from autoloop.commands.firing import seconds
from autoloop.errors import EXIT_RUNNING, RefusedError
from autoloop.model import Record
from autoloop.progress import Live

_TICK = 0.1


@command("wait", short_help="Wait for what is running, and hear how far it is.")
@click.option("--timeout", default="25s", show_default=True, metavar="25s", help="Wait so long, at most.")
@click.option("--exit-code", is_flag=True, help="Exit code by verdict: 0 keep, 10 discard, 20 rerun, 4 crash.")
def wait(app: App, timeout: str, exit_code: bool) -> Answer:
    """Wait for what is running here; the answer is that of the command itself, or exit code 8 while it goes on.

    \b
    autoloop eval --detach
    autoloop wait
    autoloop wait --timeout 10m --exit-code
    """
    deadline = time.monotonic() + (seconds(timeout, "--timeout") or 0.0)
    while (live := _at_work(app)) is not None:
        app.notify(msgspec.structs.replace(live.progress, notable=False))
        left = deadline - time.monotonic()
        if left <= 0:
            return Answer(present.running(live), app.workspace.record(), EXIT_RUNNING)
        time.sleep(min(_TICK, left))
    return _ended(app, exit_code=exit_code)


def _at_work(app: App) -> Live | None:
    """Whoever works, or is about to: a worker that was just started holds no lock yet."""
    store = app.workspace.store
    if (live := store.at_work()) is not None:
        return live
    worker = store.worker()
    return starting(worker) if worker is not None and worker.alive else None


def _ended(app: App, *, exit_code: bool) -> Answer:
    """The answer of what has ended: the worker's own, else the verdict that is there, however it came about.

    Raises:
        RefusedError: it ended without one, or nothing was running.
    """
    store, record = app.workspace.store, app.workspace.record()
    worker = store.worker()
    if worker is not None:
        printed = store.worker_answer()
        if not printed:
            raise gone(worker)
        return answered(app, worker, printed, exit_code=exit_code)
    if workflow.load().working(record.state):
        raise RefusedError(
            "interrupted_work",
            f"Nobody is at work any more: the command that left the state {record.state} was killed.",
            why="What it had measured is kept.",
            fix="autoloop resume --detach",
        )
    return _verdict(record, exit_code=exit_code)


def _verdict(record: Record, *, exit_code: bool) -> Answer:
    experiment = record.experiment
    if experiment is None or experiment.evaluation is None:
        first = " ".join(record.next[0].argv) if record.next else "autoloop next"
        raise RefusedError("nothing_running", "Nothing is running, and no verdict is there.", fix=first)
    payload = results.evaluation(record, experiment, experiment.evaluation)
    return Answer(payload, record, results.exit_code(payload, by_verdict=exit_code))
