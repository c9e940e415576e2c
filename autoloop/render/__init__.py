"""From payloads to text for people; the only place besides the envelope that writes to stdout."""

from __future__ import annotations

import sys

import msgspec
from rich.console import Console

from autoloop.commands.answer import Answer
from autoloop.errors import AutoLoopError
from autoloop.render import finish, looking, loop, setup
from autoloop.render.words import Block, next_line

_PIPED_WIDTH = 160

RENDERERS = {**setup.RENDERERS, **loop.RENDERERS, **looking.RENDERERS, **finish.RENDERERS}


def console(*, color: bool, stderr: bool = False) -> Console:
    """A console for stdout or stderr; a pipe gets wide plain text."""
    file = sys.stderr if stderr else sys.stdout
    width = None if file.isatty() else _PIPED_WIDTH
    return Console(
        file=file, no_color=not color, highlight=False, width=width, soft_wrap=not file.isatty(), emoji=False
    )


def show(answer: Answer, *, color: bool, quiet: bool = False) -> None:
    """Print an answer as a person wants to read it."""
    out = console(color=color)
    with out.capture() as captured:
        for block in blocks(answer.payload):
            out.print(block, markup=False)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
    if quiet:
        return
    for note in answer.notes:
        out.print(f"note: {note}", style="yellow", markup=False)
    if answer.record is not None and (line := next_line(answer.record)):
        out.print(line, style="dim", markup=False)


def blocks(payload: msgspec.Struct) -> list[Block]:
    """What to print for a payload."""
    return RENDERERS[type(payload)](payload)


def error(problem: AutoLoopError, *, color: bool) -> None:
    """Print what, why and what to type next, on stderr."""
    out = console(color=color, stderr=True)
    out.print(f"autoloop: {problem.what}", style="bold red", markup=False)
    if problem.why:
        out.print(f"  why: {problem.why}", markup=False)
    if problem.fix:
        out.print(f"  fix: {problem.fix}", style="green", markup=False)
