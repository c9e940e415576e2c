"""The command line, from the click tree."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from autoloop.commands.app import global_options
from autoloop.program import ALIASES, COMMANDS, program
from generators.tables import code, table

_GLOBAL = {option.name for option in global_options()} | {"help"}


def overview() -> str:
    """One line for each command."""
    rows = [(f"[`{name}`](docs/reference/cli.md#autoloop-{name})", text) for name, (_, _, text) in COMMANDS.items()]
    return table(("command", "does"), rows)


def reference() -> str:
    """Every command with its help text and its options, after the options that all of them take."""
    shared = [one for one in program.params if isinstance(one, click.Option) and one.name != "help"]
    parts = ["## Options of every command", _options(shared)]
    for name in COMMANDS:
        command = program.get_command(click.Context(program), name)
        if command is not None:
            parts += _command(f"autoloop {name}", command)
    return "\n\n".join(parts)


def _command(path: str, command: click.Command) -> Iterator[str]:
    yield f"## {path}"
    if isinstance(command, click.Group):
        yield _text(command)
        for name, inner in command.commands.items():
            for part in _command(f"{path} {name}", inner):
                yield f"#{part}" if part.startswith("## ") else part
        return
    yield f"```text\n{_usage(path, command)}\n```"
    yield _text(command)
    if own := own_options(command):
        yield _options(own)
    if also := [alias for alias, name in ALIASES.items() if path == f"autoloop {name}"]:
        yield f"Also: {', '.join(f'`autoloop {alias}`' for alias in also)}."


def _usage(path: str, command: click.Command) -> str:
    return " ".join([path, *command.collect_usage_pieces(click.Context(command, info_name=path))])


def _text(command: click.Command) -> str:
    """The help text; what click must not rewrap are examples."""
    text = inspect.cleandoc(command.help or "")
    prose, _, examples = text.partition("\b\n")
    prose = "\n\n".join(" ".join(paragraph.split()) for paragraph in prose.strip().split("\n\n"))
    return f"{prose}\n\n```sh\n{_aligned(examples)}\n```" if examples.strip() else prose


def _aligned(examples: str) -> str:
    """Words after two or more blanks are a remark."""
    lines = []
    for line in examples.strip().splitlines():
        typed, _, remark = line.partition("   ")
        lines.append(f"{typed}   # {remark.strip()}" if remark.strip() else typed)
    return "\n".join(lines)


def own_options(command: click.Command) -> list[click.Option]:
    """The options of a command that not every command takes."""
    return [one for one in command.params if isinstance(one, click.Option) and one.name not in _GLOBAL]


def _options(options: list[click.Option]) -> str:
    return table(("option", "does"), [_option(one) for one in options])


def _option(option: click.Option) -> tuple[str, str]:
    names = ", ".join(code(name) for name in [*option.opts, *option.secondary_opts])
    value = "" if option.is_flag else f" {code(option.metavar or option.make_metavar(click.Context(program)))}"
    default = f" Default: `{option.default}`." if option.show_default and option.default is not None else ""
    return names + value, f"{option.help or ''}{' Required.' if option.required else ''}{default}"
