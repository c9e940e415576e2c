"""The command line: a lazily loaded click tree, one envelope, one table of exit codes, signals, no traceback."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any, NoReturn

import click
import msgspec

from autoloop import __version__
from autoloop.commands.app import Answer, App, global_options
from autoloop.envelope import Envelope, failure, success
from autoloop.errors import AutoLoopError, InterruptedBySignalError, UsageError

COMMANDS = {
    "init": ("init", "init", "Scan the repository and write .autoloop/config.toml."),
    "doctor": ("doctor", "doctor", "Run every configured command for real and say what is wrong."),
    "baseline": ("baseline", "baseline", "Measure the starting point and its noise."),
    "session": ("session", "session", "Open, close and list bounded sessions."),
    "pre": ("pre", "pre", "Look up earlier attempts and open the next experiment."),
    "eval": ("eval_", "eval_", "Measure the change against the incumbent and give the verdict."),
    "rerun": ("eval_", "rerun", "Measure an undecided change once more."),
    "keep": ("keep", "keep", "Commit exactly the experiment's paths."),
    "discard": ("keep", "discard", "Put exactly the experiment's paths back."),
    "resume": ("resume", "resume", "Finish whatever a crash interrupted."),
    "run": ("run", "run", "Drive a whole bounded session from outside."),
    "next": ("next_", "next_", "Say what may be done now, and why the rest may not."),
    "status": ("status", "status", "Say where we are, what was gained and what is left."),
    "history": ("history", "history", "List experiments, newest first."),
    "show": ("history", "show", "Show one experiment in full."),
    "diff": ("history", "diff", "Show what an experiment changed."),
    "learn": ("learn", "learn", "Write what the experiments taught to learnings.md."),
    "finalize": ("finalize", "finalize", "Measure the gain again and build the review branch."),
    "machine": ("about", "machine", "Print the state machine."),
    "schema": ("about", "schema", "Print the JSON Schema of an answer or a file."),
    "config": ("about", "config", "Print the configuration with all defaults."),
    "completion": ("about", "completion", "Print a shell completion script."),
}
ALIASES = {"begin": "pre"}


class Program(click.Group):
    """The root of the tree; a command's module is imported when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order of use, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, its module imported now."""
        found = COMMANDS.get(ALIASES.get(cmd_name, cmd_name))
        if found is None:
            return None
        module = importlib.import_module(f"autoloop.commands.{found[0]}")
        command: click.Command = getattr(module, found[1])
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, from the table: help must not import them all."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name when there is no such command."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"There is no command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)


@click.command(
    "autoloop",
    cls=Program,
    params=global_options(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: autoloop init --verify. At any time: autoloop next.",
)
@click.version_option(__version__, message="autoloop %(version)s")
@click.pass_context
def program(context: click.Context) -> None:
    """Bounded, measured, reversible optimisation loops on any git repository."""
    context.ensure_object(App)


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    app = App(json="--json" in arguments)
    _handle_signals()
    code = _run(arguments, app)
    _flush()
    sys.exit(code)


def _run(arguments: list[str], app: App) -> int:
    name = next((a for a in arguments if a in COMMANDS or a in ALIASES), "")
    _prepare(app, arguments)
    try:
        answer = program.main(arguments, prog_name="autoloop", standalone_mode=False, obj=app)
        return _show(app, name, answer) if isinstance(answer, Answer) else int(answer or 0)  # help prints itself
    except BrokenPipeError:
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence: a bug becomes a report, never a traceback
        return _fail(app, name, _as_ours(app, name, error))


def _as_ours(app: App, name: str, error: Exception) -> AutoLoopError:
    """Any exception as an error that a user can read."""
    if isinstance(error, AutoLoopError):
        return error
    if isinstance(error, click.exceptions.Abort):
        return InterruptedBySignalError(signal.SIGINT)
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "autoloop"
        return UsageError("usage", error.format_message(), fix=f"{path} --help")
    from autoloop.bugs import report

    return AutoLoopError("bug", "AutoLoop made a mistake.", why=report(app, name, error), fix="autoloop resume")


def _prepare(app: App, arguments: list[str]) -> None:
    app.interactive = sys.stdin.isatty() and sys.stdout.isatty() and not app.json
    quiet = any(a in {"-q", "--quiet"} for a in arguments)
    if not quiet:
        from autoloop.ticker import Ticker

        app.notify = Ticker(sys.stderr)
    if app.interactive:
        app.ask = lambda question: click.confirm(question, default=False, err=True)


def _show(app: App, name: str, answer: Answer) -> int:
    if app.json:
        _print_json(success(name, answer.payload, answer.record, recovered=answer.recovered))
    else:
        from autoloop import render

        render.show(answer, color=_coloured(app), quiet=app.quiet)
    return answer.exit_code


def _fail(app: App, name: str, error: AutoLoopError) -> int:
    record = _last_record(app)
    if app.json:
        _print_json(failure(name, error, record))
    else:
        from autoloop import render

        render.error(error, color=_coloured(app))
    return error.exit_code


def _last_record(app: App) -> Any:  # noqa: ANN401 - a record, or None where there is none to be had
    try:
        return app.workspace.record()
    except (AutoLoopError, OSError):
        return None


def _print_json(document: Envelope) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")


def _coloured(app: App) -> bool:
    return not app.no_color and not os.environ.get("NO_COLOR") and sys.stdout.isatty()


def _flush() -> None:
    """Write out what is buffered; a closed pipe does not undo what was done."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _handle_signals() -> None:
    """SIGINT, SIGTERM and SIGHUP raise inside the command, so that children are ended and state stays sane."""

    def stop(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        raise InterruptedBySignalError(signum)

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, stop)
