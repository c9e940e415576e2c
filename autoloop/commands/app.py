"""How a function becomes a command: the global options, before or after the command's name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from autoloop.commands.answer import Answer, App

__all__ = ["Answer", "App", "command", "global_options"]


def _store(context: click.Context, parameter: click.Parameter, value: object) -> None:
    if value:
        setattr(context.ensure_object(App), parameter.name or "", value)


def global_options() -> list[click.Option]:
    """The options that every command and the program itself take, before or after the command's name."""
    folder = click.Path(exists=True, file_okay=False, path_type=Path)

    def option(*names: str, text: str, **attributes: Any) -> click.Option:  # noqa: ANN401 - click's own attributes
        return click.Option(list(names), help=text, expose_value=False, callback=_store, **attributes)

    return [
        option("-C", "--repo", type=folder, metavar="PATH", text="Work in the repository that PATH lies in."),
        option("--json", is_flag=True, text="Print one JSON document on stdout."),
        option("-q", "--quiet", is_flag=True, text="Say nothing but the answer."),
        option("-v", "--verbose", is_flag=True, text="Log what happens to .autoloop/log.jsonl in detail."),
        option("--no-color", is_flag=True, text="No colours (also: NO_COLOR)."),
        option("--yes", is_flag=True, text="Answer every question with yes."),
    ]


def command(name: str, **attributes: Any) -> Callable[[Callable[..., Answer]], click.Command]:  # noqa: ANN401
    """Make a function of an `App` and its options a command with the global options."""

    def wrap(function: Callable[..., Answer]) -> click.Command:
        made = click.Command(name, callback=click.pass_obj(function), help=function.__doc__, **attributes)
        made.params = [*reversed(getattr(function, "__click_params__", [])), *global_options()]
        return made

    return wrap
