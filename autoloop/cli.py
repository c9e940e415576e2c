"""The command line: one envelope, one table of exit codes, signals, no traceback; and a lane without click.

Agents ask ``status --json`` and ``next --json`` all the time: exactly these words are answered without click, whose
import would cost more than the answer.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from types import FrameType
from typing import NoReturn

import msgspec

from autoloop.commands.answer import Answer, App
from autoloop.document import as_ours, failed, printed
from autoloop.errors import AutoLoopError, CommandError, InterruptedBySignalError, UsageError
from autoloop.undisturbed import postponed

_TOGETHER = 0.5
QUICK = {"status": "standing", "next": "possible"}


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    app = App(json="--json" in arguments)
    _handle_signals()
    code = _run(arguments, app)
    sys.exit(_flush() or code)


def _run(arguments: list[str], app: App) -> int:
    words = [word for word in arguments if word != "--json"]
    if len(words) == 1 == len(arguments) - 1 and words[0] in QUICK:
        return _answered(words[0], app, partial(_quickly, words[0], app))
    from autoloop.program import ALIASES, COMMANDS, asked

    name = next((word for word in arguments if word in COMMANDS or word in ALIASES), "")
    _prepare(app, arguments)
    return _answered(name, app, partial(asked, arguments, app))


def _quickly(name: str, app: App) -> object:
    """The answer of a command without options, past click."""
    return importlib.import_module(f"autoloop.commands.{QUICK[name]}").answer(app)


def _answered(name: str, app: App, ask: Callable[[], object]) -> int:
    try:
        answer = _asked(app, ask)
        if isinstance(answer, Answer):
            return _shown(app, name, answer)
        return answer if isinstance(answer, int) else 0  # click printed help or the version itself
    except BrokenPipeError:
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence: a bug becomes a report, never a traceback
        return _fail(app, name, as_ours(app, name, error))


def _asked(app: App, ask: Callable[[], object]) -> object:
    try:
        return ask()
    finally:
        app.cleared()  # the line of progress makes room for the answer


def _prepare(app: App, arguments: list[str]) -> None:
    app.serve = partial(_serve, app)
    app.follow = None if app.json else partial(_follow, app)
    app.interactive = sys.stdin.isatty() and sys.stdout.isatty() and not app.json
    quiet = any(a in {"-q", "--quiet"} for a in arguments)
    if not quiet:
        from autoloop.ticker import Ticker

        app.notify = ticker = Ticker(sys.stderr)
        app.cleared = ticker.clear
    if app.interactive:
        from autoloop.terminal import Terminal

        app.person = Terminal(app.notify)
        app.ask = app.person.confirm


def _follow(app: App, look: Callable[[], Answer]) -> Answer:
    from autoloop.render import console, watch

    return watch.follow(look, console(color=_coloured(app)))


def _shown(app: App, name: str, answer: Answer) -> int:
    try:
        return _show(app, name, answer)
    except BrokenPipeError:
        return 0
    except OSError as error:
        return _unwritable(error)


def _show(app: App, name: str, answer: Answer) -> int:
    if app.json:
        sys.stdout.buffer.write(printed(app, name, answer) + b"\n")
    else:
        from autoloop import render

        seen = answer.record and app.workspace.seen(answer.record)
        render.show(msgspec.structs.replace(answer, record=seen), color=_coloured(app), quiet=app.quiet)
    return answer.exit_code


def _fail(app: App, name: str, error: AutoLoopError) -> int:
    if app.json:
        sys.stdout.buffer.write(failed(app, name, error) + b"\n")
    else:
        from autoloop import render

        render.error(error, color=_coloured(app))
    return error.exit_code


def _serve(app: App) -> None:
    """Serve agents; a signal ends the server at once, as a kill would: nothing it does is lost by that."""
    try:
        from autoloop import mcp_server
    except ImportError as error:
        raise UsageError(
            "extra_missing",
            "Serving tools to agents needs a package that is not installed.",
            why=str(error),
            fix="pip install 'autoloop-fsm[mcp]'",
        ) from None
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_DFL)

    def fresh() -> App:
        made = App(json=True)
        made.repo, made.yes, made.verbose = app.repo, app.yes, app.verbose
        return made

    mcp_server.serve(fresh)


def _coloured(app: App) -> bool:
    return not app.no_color and not os.environ.get("NO_COLOR") and sys.stdout.isatty()


def _flush() -> int:
    """Write out what is buffered; a closed pipe does not undo what was done, and a full disk is no bug."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        return _unwritable(error)
    return 0


def _unwritable(error: OSError) -> int:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    from autoloop import render

    why = f"{error.strerror}. What the command does is done and recorded."
    problem = CommandError("output_unwritable", "The answer cannot be written.", why=why, fix="autoloop status")
    render.error(problem, color=False)
    return problem.exit_code


def _handle_signals() -> None:
    """SIGINT, SIGTERM and SIGHUP raise inside the command, so that children are ended and state stays sane.

    Those that come together (a key pressed twice, a terminal that closes and a wrapper that passes it on) are one: the
    second would hit what the first has set going.
    """
    last = float("-inf")

    def stop(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        nonlocal last
        if postponed(signum):
            return
        before, last = last, time.monotonic()
        if last - before > _TOGETHER:
            raise InterruptedBySignalError(signum)

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, stop)
