"""``--detach``: the same command goes on in a session of its own, and its caller is answered at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
import msgspec

from autoloop.commands import present, results
from autoloop.commands.about import answer_type
from autoloop.commands.answer import Answer, App
from autoloop.errors import AutoLoopError, StillRunningError, of_exit_code
from autoloop.model import Blocked
from autoloop.progress import Live, Progress
from autoloop.store import Outputs, Worker

_PATIENCE = 20.0
_TICK = 0.05
_HELP = "Answer at once and go on in a session of its own; `autoloop wait` ends with the answer."


def detachable(function: Callable[..., Answer]) -> Callable[..., Answer]:
    """Give a command the option ``--detach``; write it right below ``@command``."""

    @wraps(function)
    def either(app: App, *, detach: bool = False, **given: Any) -> Answer:  # noqa: ANN401 - whatever the command takes
        return detached(app, click.get_current_context().command, given) if detach else function(app, **given)

    options = getattr(function, "__click_params__", [])
    either.__dict__["__click_params__"] = [click.Option(["--detach"], is_flag=True, help=_HELP), *options]
    return either


def detached(app: App, command: click.Command, given: dict[str, Any]) -> Answer:
    """Start the command as a process of its own; answers when that is at work, or has ended already.

    Raises:
        StillRunningError: something else is at work.
        AutoLoopError: what the command came to before it was at work, a refusal above all.
    """
    from autoloop import runner

    store = app.workspace.store
    if (live := store.at_work()) is not None:
        raise still_running(live)
    words = spelled(command, given)
    manner = [name for name, wanted in (("--yes", app.yes), ("--verbose", app.verbose)) if wanted]
    call = ["--repo", str(app.workspace.root), "--json", "--quiet", *manner, *words]

    def start(files: Outputs) -> int:
        return runner.start(call, stdout=files.answer, stderr=files.talk)

    worker = store.hand_over(words, start)
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if runner.ended(worker.pid):
            return answered(app, worker, store.worker_answer())
        if (found := store.at_work()) is not None and found.pid == worker.pid and found.progress.phase:
            live = found
            break
        time.sleep(_TICK)
    return Answer(present.running(live or starting(worker)), app.workspace.record())


def spelled(command: click.Command, given: dict[str, Any]) -> tuple[str, ...]:
    """A command and its options as one would type them."""
    context = click.get_current_context()
    words = [command.name or ""]
    for option in command.params:
        value = given.get(option.name or "")
        if value is None or value == option.get_default(context):
            continue
        name = max(option.opts, key=len)
        if not getattr(option, "is_flag", False):
            words.append(f"{name}={value}")
        else:
            words.append(name if value else option.secondary_opts[0])
    return tuple(words)


def starting(worker: Worker) -> Live:
    """A worker that has not said anything yet."""
    told = Progress("starting", f"{worker.words[0]} is starting")
    return Live(worker.pid, worker.started, worker.words[0], time.time(), told)


def still_running(live: Live) -> StillRunningError:
    """The error for who wants to begin something meanwhile."""
    return StillRunningError(
        "still_running", f"{live.command} is still running (process {live.pid}).", fix="autoloop wait"
    )


# --- the end of it


class _Failure(msgspec.Struct):
    """The part of a failed command's document that an error is made of."""

    code: str
    what: str
    why: str = ""
    fix: str = ""
    reasons: tuple[Blocked, ...] = ()
    exit: int = 1


class _Printed(msgspec.Struct):
    """What a command has printed."""

    ok: bool
    recovered: bool = False
    error: _Failure | None = None
    result: msgspec.Raw = msgspec.Raw(b"null")


def answered(app: App, worker: Worker, printed: bytes, *, exit_code: bool = False) -> Answer:
    """The worker's answer as our own.

    Args:
        app: the invocation.
        worker: who answered.
        printed: its document.
        exit_code: give the exit code by verdict, also when the worker was not asked for it.

    Raises:
        AutoLoopError: what the worker failed with.
    """
    try:
        told = msgspec.json.decode(printed, type=_Printed)
    except msgspec.MsgspecError:
        raise gone(worker) from None
    if told.error is not None:
        raise _revived(told.error)
    payload: msgspec.Struct = msgspec.json.decode(told.result, type=answer_type(worker.words[0]))
    code = results.exit_code(payload, by_verdict=exit_code or "--exit-code" in worker.words)
    return Answer(payload, app.workspace.record(), code, told.recovered)


def gone(worker: Worker) -> AutoLoopError:
    """The error for a worker that was killed."""
    return of_exit_code(
        1,
        "worker_gone",
        f"The detached {worker.words[0]} (process {worker.pid}) was killed: it has left no answer.",
        why="Samples that it took are kept. Where commands end with the shell that started them, use: autoloop mcp",
        fix="autoloop resume --detach",
    )


def _revived(told: _Failure) -> AutoLoopError:
    error = of_exit_code(told.exit, told.code, told.what, why=told.why, fix=told.fix)
    error.reasons = told.reasons
    return error
