"""Firing a trigger for a command: the engine is imported only when something is to be done."""

from __future__ import annotations

from collections.abc import Mapping

from autoloop.commands.answer import App
from autoloop.engine import Done, Engine
from autoloop.errors import UsageError
from autoloop.opened import OpenWorkspace
from autoloop.units import parse_duration


def opened(app: App) -> OpenWorkspace:
    """The invocation's workspace, to act in."""
    return OpenWorkspace(app.workspace.root)


def engine(app: App) -> Engine:
    """The engine of the invocation's workspace."""
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
