"""How-to pages as a terminal shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Markdown
from rich.text import Text

from autoloop.payloads import Help
from autoloop.render.tables import table
from autoloop.render.words import Block

_WIDEST = 100


class Page:
    """Markdown laid out for a terminal; in a pipe it is what it is."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The page, no wider than one likes to read."""
        if not console.is_terminal:
            yield Text(self.text)
            return
        width = min(options.max_width, _WIDEST)
        yield from console.render(Markdown(self.text, hyperlinks=False), options.update(width=width))


def help_(answer: Help) -> list[Block]:
    """A page, or the list of pages."""
    if answer.text:
        return [Page(answer.text)]
    rows = [(Text(name, style="green"), title) for name, title in answer.topics.items()]
    return [table("autoloop help", "", rows=rows), Text("autoloop COMMAND --help explains a command.", style="dim")]


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {Help: help_}
