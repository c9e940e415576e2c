"""From payloads to text for people; the only place besides the envelope that writes to stdout."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import msgspec
from rich.console import Console, ConsoleOptions
from rich.segment import Segment

from autoloop.commands.answer import Answer
from autoloop.envelope import ledger
from autoloop.errors import AutoLoopError
from autoloop.model import Record
from autoloop.payloads import Diff, Help, Show, Verbatim
from autoloop.render import (
    agents,
    attempt,
    finish,
    live,
    looking,
    loop,
    pages,
    picture,
    recall,
    reporting,
    setup,
    standing,
)
from autoloop.render.words import Block, next_line

_PIPED_WIDTH = 1000  # a row stays a line, for those who search in it
_CONTROLS = dict.fromkeys(code for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t")

LONG = (Show, Diff, Help)
RENDERERS = {
    **setup.RENDERERS,
    **standing.RENDERERS,
    **loop.RENDERERS,
    **attempt.RENDERERS,
    **looking.RENDERERS,
    **finish.RENDERERS,
    **live.RENDERERS,
    **picture.RENDERERS,
    **pages.RENDERERS,
    **reporting.RENDERERS,
    **agents.RENDERERS,
    **recall.RENDERERS,
}


class Visible:
    """A block without the control codes in its texts: descriptions and output of commands are nobody's to trust."""

    def __init__(self, block: Block) -> None:
        self.block = block

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """The block's segments, as rich asks for them."""
        for segment in console.render(self.block, options):
            yield segment if segment.control else Segment(segment.text.translate(_CONTROLS), segment.style)


class Piped(Console):
    """A console whose reader may leave: ``| head`` is no failure."""

    def on_broken_pipe(self) -> None:
        """Say it as Python does; rich itself would end the program with exit code 1."""
        raise BrokenPipeError


def console(*, color: bool, stderr: bool = False) -> Console:
    """A console for stdout or stderr; a pipe gets wide plain text."""
    file = sys.stderr if stderr else sys.stdout
    width = None if file.isatty() else _PIPED_WIDTH
    return Piped(
        file=file,
        no_color=not color,
        highlight=False,
        markup=False,
        width=width,
        soft_wrap=not file.isatty(),
        emoji=False,
    )


def show(answer: Answer, *, color: bool, quiet: bool = False) -> None:
    """Print an answer as a person wants to read it."""
    if isinstance(answer.payload, Verbatim):
        sys.stdout.write(answer.payload.text.translate(_CONTROLS))
        return
    out = console(color=color)
    with out.capture() as captured:
        for block in blocks(answer.payload, answer.record):
            out.print(Visible(block), crop=False)
    text = "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())
    if isinstance(answer.payload, LONG) and out.is_terminal and text.count("\n") >= out.height:
        _page(text)
    else:
        sys.stdout.write(text)
    if quiet:
        return
    for note in answer.notes:
        out.print(Visible(f"note: {note}"), style="yellow")
    if answer.record is not None and (line := next_line(answer.record)):
        out.print(line, style="dim")


def _page(text: str) -> None:
    """Through the user's pager, told to keep the colours and the screen as git tells it."""
    from click import echo_via_pager

    os.environ.setdefault("LESS", "FRX")
    os.environ.setdefault("PAGER", os.environ.get("GIT_PAGER") or "less")
    echo_via_pager(text, color=True)


def blocks(payload: msgspec.Struct, record: Record | None = None) -> list[Block]:
    """What to print for a payload; some show the session's budget with it, which the record tells."""
    if (told := standing.WITH_BUDGET.get(type(payload))) is not None:
        return told(payload, ledger(record) if record else {})
    return RENDERERS[type(payload)](payload)


def error(problem: AutoLoopError, *, color: bool) -> None:
    """Print what, why and what to type next, on stderr."""
    out = console(color=color, stderr=True)
    out.print(Visible(f"autoloop: {problem.what}"), style="bold red")
    if problem.why:
        out.print(Visible(f"  why: {problem.why}"))
    if problem.fix:
        out.print(Visible(f"  fix: {problem.fix}"), style="green", soft_wrap=True)
