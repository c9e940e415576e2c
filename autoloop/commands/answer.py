"""What every command shares: the global options, the workspace they name, and the shape of an answer.

No click here: the quick lane of the command line answers without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

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


class Person(Protocol):
    """Somebody at the terminal, who can be asked."""

    def tell(self, text: str) -> None:
        """Say something that belongs to the next question."""

    def confirm(self, question: str, *, default: bool = False) -> bool:
        """Yes or no."""

    def choose(self, question: str, options: Sequence[str]) -> int:
        """The index of one of the options; the first is the default."""

    def enter(self, question: str) -> str:
        """A line of text, which may be empty."""


class App:
    """The global options of one invocation."""

    def __init__(self, *, json: bool = False) -> None:
        self.repo = Path.cwd()
        self.json = json
        self.quiet = False
        self.verbose = False
        self.no_color = False
        self.yes = False
        self.interactive = False
        self.notify: Notify = silent
        self.cleared: Callable[[], None] = lambda: None
        self.follow: Callable[[Callable[[], Answer]], Answer] | None = None
        self.serve: Callable[[], None] | None = None
        self.ask: Callable[[str], bool] | None = None
        self.person: Person | None = None

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace of ``--repo``, else of the current directory."""
        return Workspace.find(self.repo)
