"""Setting a workspace up: its directory, its configuration, its first record."""

from __future__ import annotations

import shlex

from autoloop import runner, trust
from autoloop.engine import Engine
from autoloop.opened import OpenWorkspace
from autoloop.progress import Notify
from autoloop.workspace import Workspace

_IGNORE_ALL = "# Everything in here is AutoLoop's, and git does not track it (see: autoloop init --track).\n*\n"
_IGNORE_VOLATILE = (
    "# The configuration, the history and the learnings are tracked; the rest is scratch.\n"
    "state.json\nlock*\nlog.jsonl\nlive.json*\nruns/\ndetached/\nautoloop\nsteer.md\nscratch/\nobjects/\nanchors.json\n"
    "backups/\nbugs/\n"
)
_PROGRAM = "# Runs AutoLoop as it is installed on this machine: sh .autoloop/autoloop next --json\n"


def write(workspace: OpenWorkspace, text: str, *, force: bool, track: bool, notify: Notify) -> tuple[bool, str | None]:
    """Write the configuration and record that the workspace is configured.

    A configuration that exists (for example one that was written by hand) is adopted as it is, unless ``force``.

    Returns:
        Whether the file was written, and the backup of the one it replaced.

    Raises:
        RefusedError: an experiment is open, or the workspace is set up already and ``force`` is not given.
    """
    layout, store = workspace.layout, workspace.store
    exists = layout.config.exists()
    engine = Engine(workspace, notify=notify)
    asked = {"force": force or not (exists and store.exists())}
    engine.demand("init", asked)
    backup = str(store.set_aside(layout.config).relative_to(workspace.root)) if exists and force else None
    store.write_text(layout.gitignore, _IGNORE_VOLATILE if track else _IGNORE_ALL)
    written = force or not exists
    if written:
        store.write_text(layout.config, text)
    if written or not workspace.repository.tracks(str(layout.config.relative_to(workspace.root))):
        trust.approve(workspace.root, workspace.config())  # one that came with a clone is for doctor to ask about
    engine.fire("init", asked)  # last, so that it can say what is possible with this configuration
    record_program(workspace)
    return written, backup


def record_program(workspace: Workspace) -> None:
    """Leave a script that runs this very AutoLoop, for shells whose PATH was reset: ``sh .autoloop/autoloop next``."""
    text = f'{_PROGRAM}exec {shlex.join(runner.program())} "$@"\n'
    store, path = workspace.store, workspace.layout.program
    if store.read_text(path) != text:
        store.write_text(path, text)
