"""The manual page autoloop(1), from the click tree and the tables of failures."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from autoloop import __version__
from autoloop.program import COMMANDS, program
from generators.commands import own_options
from generators.failures import codes


def page() -> str:
    """The whole page in man(7) macros."""
    lines = [
        f'.TH AUTOLOOP 1 "" "autoloop {__version__}" "User commands"',
        *(".SH NAME", "autoloop \\- bounded, measured, reversible optimisation loops on any git repository"),
        *(".SH SYNOPSIS", ".B autoloop", "[options] command [arguments]"),
        *(".SH DESCRIPTION", *_paragraphs(_ABOUT)),
        ".SH OPTIONS OF EVERY COMMAND",
        *_options([one for one in program.params if isinstance(one, click.Option)]),
        ".SH COMMANDS",
        *(line for name in COMMANDS for line in _command(name)),
        ".SH EXIT STATUS",
        *(line for code, text in codes() for line in (".TP", f".B {code}", _escaped(text))),
        ".SH FILES",
        *(line for name, text in _FILES.items() for line in (".TP", f".I {name}", _escaped(text))),
    ]
    return "\n".join(lines) + "\n"


_ABOUT = """An agent, a script or a person changes code; autoloop measures the change with the repository's own benchmark, checks
guardrails, decides keep, discard or rerun, commits or reverts exactly the paths of the experiment, records everything under
.autoloop/, enforces the budget, and leaves a review branch with verified wins.

Start with: autoloop init --verify. At any time: autoloop next. The how-to pages: autoloop help."""

_FILES = {
    ".autoloop/config.toml": "what is measured, guarded, allowed and spent",
    ".autoloop/history.jsonl": "the journal, from which every other file can be made again",
    ".autoloop/learnings.md": "what the experiments taught; the part outside of the markers is yours",
    ".autoloop/ideas.md": "what is worth trying",
}


def _command(name: str) -> Iterator[str]:
    command = program.get_command(click.Context(program), name)
    if command is None:
        return
    if isinstance(command, click.Group):
        for inner, one in command.commands.items():
            yield from _described(f"{name} {inner}", one)
        return
    yield from _described(name, command)


def _described(path: str, command: click.Command) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(click.Context(command, info_name=path)))
    yield f".SS autoloop {_escaped(path)} {_escaped(usage)}".rstrip()
    prose, _, examples = inspect.cleandoc(command.help or "").partition("\b\n")
    yield from _paragraphs(prose)
    if examples.strip():
        yield from (".PP", ".nf", ".RS", *(_escaped(line) for line in examples.strip().splitlines()), ".RE", ".fi")
    yield from _options(own_options(command))


def _options(options: list[click.Option]) -> Iterator[str]:
    for option in options:
        value = "" if option.is_flag else f" {option.metavar or option.make_metavar(click.Context(program))}"
        yield from (".TP", f".B {_escaped(', '.join(option.opts) + value)}", _escaped(option.help or ""))


def _paragraphs(prose: str) -> Iterator[str]:
    for paragraph in prose.strip().split("\n\n"):
        yield from (".PP", _escaped(" ".join(paragraph.split())))


def _escaped(text: str) -> str:
    """Text in which nothing is a request or an escape."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.\'])", r"\\&\1", plain)
