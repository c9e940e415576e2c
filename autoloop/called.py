"""Commands called by name with plain values: what the Python face and the tools for agents have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from autoloop.commands.answer import Answer, App
from autoloop.errors import UsageError
from autoloop.program import program


def found(name: str) -> click.Command:
    """The command of that name; "session start" is one of a group.

    Raises:
        UsageError: there is none.
    """
    command: click.Command = program
    for word in name.split():
        context = click.Context(command)
        below = command.get_command(context, word) if isinstance(command, click.Group) else None
        if below is None:
            raise UsageError("usage", f"There is no command {name!r}.", fix="autoloop --help")
        command = below
    return command


def parameters(command: click.Command) -> Iterator[tuple[str, click.Parameter]]:
    """What a command takes, by the name it has here: that of its option, with underscores."""
    for parameter in command.params:
        if parameter.expose_value:
            shown = max(parameter.opts, key=len).lstrip("-") if isinstance(parameter, click.Option) else parameter.name
            yield (shown or "").replace("-", "_"), parameter


def called(app: App, name: str, arguments: Mapping[str, object]) -> Answer:
    """Call the command ``name``; arguments that are None are as if not given.

    Raises:
        UsageError: an argument is unknown, missing, or makes no sense.
        AutoLoopError: as the command does.
    """
    command = found(name)
    known = dict(parameters(command))
    given = {key: value for key, value in arguments.items() if value is not None}
    if strange := sorted(given.keys() - known.keys()):
        raise UsageError("usage", f"{name} takes no {', '.join(strange)}.", why=f"It takes: {', '.join(known)}.")
    if missing := [key for key, parameter in known.items() if parameter.required and key not in given]:
        raise UsageError("usage", f"{name} needs {', '.join(missing)}.", fix=f"autoloop {name} --help")
    context = click.Context(command, info_name=name, obj=app)
    try:
        values = {known[key].name or key: known[key].process_value(context, value) for key, value in given.items()}
        answer = context.invoke(command, **values)
    except click.ClickException as error:
        raise UsageError("usage", error.format_message(), fix=f"autoloop {name} --help") from error
    if not isinstance(answer, Answer):
        raise TypeError(name)
    return answer
