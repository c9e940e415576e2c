"""Questions to the person at the terminal: printed on stderr, so that stdout carries the answer alone."""

from __future__ import annotations

from collections.abc import Sequence

import click

from autoloop.progress import Notify
from autoloop.ticker import Ticker


class Terminal:
    """Asks and waits.

    Args:
        notify: what shows progress; its live line is cleared before a question.
    """

    def __init__(self, notify: Notify) -> None:
        self.notify = notify

    def tell(self, text: str) -> None:
        """Say something that belongs to the next question."""
        self._settle()
        click.echo(text, err=True)

    def confirm(self, question: str, *, default: bool = False) -> bool:
        """Yes or no; the default is in capitals."""
        self._settle()
        return click.confirm(question, default=default, err=True)

    def choose(self, question: str, options: Sequence[str]) -> int:
        """The index of one of the options, which are numbered from 1; the first is the default.

        The first line of an option is its name, further ones explain it.
        """
        self.tell(click.style(question, bold=True))
        for number, option in enumerate(options, start=1):
            name, *rest = option.splitlines()
            self.tell(f"  {number}) {name}")
            for line in rest:
                self.tell(click.style(f"     {line}", dim=True))
        picked: int = click.prompt("Number", default=1, type=click.IntRange(1, len(options)), err=True)
        return picked - 1

    def enter(self, question: str) -> str:
        """A line of text, which may be empty."""
        self._settle()
        entered: str = click.prompt(question, default="", show_default=False, err=True)
        return entered

    def _settle(self) -> None:
        if isinstance(self.notify, Ticker):
            self.notify.clear()
