"""``autoloop install``: the wrappers that make a coding agent at home in a repository."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from autoloop.agents import NAMES
from autoloop.agents import install as wrappers
from autoloop.commands.app import Answer, App, command
from autoloop.errors import EXIT_REFUSED, AutoLoopError, RefusedError
from autoloop.payloads import FileStep, Installed
from autoloop.setup import record_program
from autoloop.workspace import Workspace

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@command("install", short_help="Write, check or remove what coding agents need to use AutoLoop.")
@click.argument("agents", nargs=-1, type=click.Choice([*NAMES, "all"]), metavar="AGENT...")
@click.option("--path", type=_FOLDER, metavar="DIR", help="Another directory than the top of this repository.")
@click.option("--check", is_flag=True, help="Change nothing; drift from what this version writes is exit code 1.")
@click.option("--uninstall", is_flag=True, help="Remove what was installed; what was edited is kept and named.")
@click.option("--mcp", is_flag=True, help="Also configure the MCP server of AutoLoop for the agent.")
def install(app: App, agents: tuple[str, ...], path: Path | None, check: bool, uninstall: bool, mcp: bool) -> Answer:
    """Write skills, instructions and commands for codex, claude-code, gemini-cli, cursor, opencode, generic or all.

    Files of yours stay as they are: instructions get a marked block, settings one entry, and where a file of your own
    is in the way, nothing is written. Commit what was written, so that it is no part of an experiment.

    \b
    autoloop install codex
    autoloop install all --mcp
    autoloop install --check
    autoloop install opencode --uninstall
    """
    root = path or app.workspace.root
    names = _names(agents, wrappers.installed(root))
    if check:
        steps = wrappers.check(root, names, mcp=mcp)
        return _answer(names, steps, drift=any(step.did != "current" for step in steps))
    if path is None:
        _between_experiments(app)
    if uninstall:
        return _answer(names, wrappers.uninstall(root, names))
    steps = wrappers.install(root, names, mcp=mcp)
    workspace = Workspace(root)
    if workspace.layout.config.exists():
        record_program(workspace)
    return _answer(names, steps, notes=_notes(steps))


def _names(asked: tuple[str, ...], there: tuple[str, ...]) -> tuple[str, ...]:
    """The agents that are meant; without any, those that are installed."""
    names = NAMES if "all" in asked else tuple(dict.fromkeys(asked)) or there
    if not names:
        raise RefusedError(
            "no_agent", "No agent was named, and none is installed here.", fix=f"autoloop install {'|'.join(NAMES)}|all"
        )
    return names


def _between_experiments(app: App) -> None:
    """What is written during an experiment would become a part of it."""
    try:
        experiment = app.workspace.record().experiment
    except AutoLoopError:
        return  # a broken state is doctor's to tell
    if experiment is not None:
        raise RefusedError(
            "experiment_open",
            f"Not now: the files would become a part of experiment {experiment.id}.",
            fix="autoloop keep, or: autoloop discard --revert",
        )


def _notes(steps: Sequence[wrappers.Step]) -> tuple[str, ...]:
    new = sorted({step.path.split("/")[0] for step in steps if step.did != "current"})
    return (f"commit them before the next experiment: git add {' '.join(new)}",) if new else ()


def _answer(
    names: tuple[str, ...], steps: Sequence[wrappers.Step], *, drift: bool = False, notes: tuple[str, ...] = ()
) -> Answer:
    files = tuple(FileStep(step.path, step.did) for step in steps)
    return Answer(Installed(names, files, drift), exit_code=EXIT_REFUSED if drift else 0, notes=notes)
