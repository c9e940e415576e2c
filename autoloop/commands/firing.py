"""Firing a trigger for a command: the engine is imported only when something is to be done."""

from __future__ import annotations

import os
from collections.abc import Mapping

from autoloop.commands.answer import App
from autoloop.engine import Done, Engine
from autoloop.errors import RefusedError, UsageError
from autoloop.opened import OpenWorkspace
from autoloop.paths import DRIVEN
from autoloop.units import parse_duration


def opened(app: App) -> OpenWorkspace:
    """The invocation's workspace, to act in."""
    return OpenWorkspace(app.workspace.root)


def check_not_driven(app: App) -> None:
    """Refuse what is not for agents whose calls are another AutoLoop's experiments.

    Raises:
        RefusedError: ``driven``: we were called by one.
    """
    if os.environ.get(DRIVEN) == str(app.workspace.root.resolve()):
        raise RefusedError(
            "driven",
            "Not here: `autoloop run` drives this repository, and measures when this call has ended.",
            why=f"{DRIVEN} is set: this is one call of its agent",
            fix="change files, then end; autoloop status, next and history may be asked",
        )


def engine(app: App) -> Engine:
    """The engine of the invocation's workspace.

    Raises:
        RefusedError: ``driven``, see `check_not_driven`.
    """
    check_not_driven(app)
    return Engine(opened(app), notify=app.notify, verbose=app.verbose)


def fire(app: App, trigger: str, options: Mapping[str, object] | None = None) -> Done:
    """Fire ``trigger``; options that were not given are left out."""
    given = {name: value for name, value in (options or {}).items() if value is not None}
    return engine(app).fire(trigger, given)


def seconds(text: str | None, option: str) -> float | None:
    """A duration given on the command line.

    Raises:
        UsageError: it is none.
    """
    if text is None:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(
            "duration_invalid", f"{option} {text} is not a duration.", why=str(error), fix=f"for example {option} 90m"
        ) from None
