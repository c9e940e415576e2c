"""What every command shares: the global options, the workspace they name, and the shape of an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import click
import msgspec

from autoloop.model import Record
from autoloop.progress import Notify, silent
from autoloop.workspace import Workspace


class Answer(msgspec.Struct, frozen=True):
    """What a command came to.

    Attributes:
        payload: the ``result`` of the envelope.
        record: the record after it, for state, next and budget.
        exit_code: 0, unless the command's own contract says otherwise (``eval --exit-code``).
        recovered: what an interrupted command had left was finished first.
        notes: things worth saying beside the answer.
    """

    payload: msgspec.Struct
    record: Record | None = None
    exit_code: int = 0
    recovered: bool = False
    notes: tuple[str, ...] = ()


@dataclass
class App:
    """The global options of one invocation."""

    repo: Path = field(default_factory=Path.cwd)
    json: bool = False
    quiet: bool = False
    verbose: bool = False
    no_color: bool = False
    yes: bool = False
    interactive: bool = False
    notify: Notify = silent
    ask: Callable[[str], bool] | None = None

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace of ``--repo``, else of the current directory."""
        return Workspace.find(self.repo)


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
