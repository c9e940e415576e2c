"""The lazily loaded click tree: a command's module is imported when the command is used."""

from __future__ import annotations

import importlib
import signal

import click

from autoloop import __version__
from autoloop.commands.app import App, global_options
from autoloop.errors import InterruptedBySignalError, UsageError

COMMANDS = {
    "init": ("init", "init", "Scan the repository and write .autoloop/config.toml."),
    "doctor": ("doctor", "doctor", "Run every configured command for real and say what is wrong."),
    "baseline": ("baseline", "baseline", "Measure the starting point and its noise."),
    "install": ("install", "install", "Write, check or remove what coding agents need to use AutoLoop."),
    "session": ("session", "session", "Open, close and list bounded sessions."),
    "pre": ("pre", "pre", "Look up earlier attempts and open the next experiment."),
    "eval": ("eval_", "eval_", "Measure the change against the incumbent and give the verdict."),
    "rerun": ("eval_", "rerun", "Measure an undecided change once more."),
    "wait": ("wait", "wait", "Wait for what is running, and hear how far it is."),
    "keep": ("keep", "keep", "Commit exactly the experiment's paths."),
    "discard": ("keep", "discard", "Put exactly the experiment's paths back."),
    "undo": ("recall", "undo", "Take back the last keep or discard."),
    "revive": ("recall", "revive", "Bring back what an earlier experiment tried, as a new one."),
    "land": ("recall", "land", "Put wins that wait on their branch."),
    "resume": ("resume", "resume", "Finish whatever a crash interrupted."),
    "run": ("run", "run", "Drive a whole bounded session from outside."),
    "steer": ("steer", "steer", "Guide a running session: what you say is in the next brief."),
    "usage": ("usage", "usage", "Count what agents used that were run by hand."),
    "next": ("next_", "next_", "Say what may be done now, and why the rest may not."),
    "status": ("status", "status", "Say where we are, what was gained and what is left."),
    "watch": ("watch", "watch", "Watch a running session live."),
    "history": ("history", "history", "List experiments, newest first."),
    "show": ("show", "show", "Show one experiment in full."),
    "diff": ("diff", "diff", "Show what an experiment or a session changed."),
    "idea": ("idea", "idea", "Note what is worth trying; agents are shown what was not tried yet."),
    "learn": ("learn", "learn", "Write what the experiments taught to learnings.md."),
    "report": ("report", "report", "Show what happened, and write it as a page, as Markdown or as a chart."),
    "export": ("export", "export", "Write the experiments as a table: TSV or CSV."),
    "reproduce": ("reproduce", "reproduce", "Measure one experiment's commit against its parent again."),
    "finalize": ("finalize", "finalize", "Measure the gain again and build the review branch."),
    "prune": ("recall", "prune", "Let go of old candidates that were not kept."),
    "mcp": ("mcp", "mcp", "Offer the state machine as tools (MCP on stdin and stdout)."),
    "machine": ("about", "machine", "Print the state machine."),
    "schema": ("about", "schema", "Print the JSON Schema of an answer or a file."),
    "config": ("about", "config", "Print the configuration with all defaults."),
    "help": ("help_", "help_", "Read a how-to page here in the terminal."),
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


def asked(arguments: list[str], app: App) -> object:
    """What the command says: an ``Answer``, or an exit code where click answered itself.

    Raises:
        AutoLoopError: as the command does, and for a command line that makes no sense.
    """
    try:
        return program.main(arguments, prog_name="autoloop", standalone_mode=False, obj=app)
    except click.exceptions.Abort:
        raise InterruptedBySignalError(signal.SIGINT) from None
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "autoloop"
        raise UsageError("usage", error.format_message(), fix=f"{path} --help") from error
