"""One workspace as those see it who only look: where it is, its store, its record. Nothing slow is imported here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

import msgspec

from autoloop.errors import UsageError
from autoloop.model import WAIT, Record, Session
from autoloop.paths import Layout
from autoloop.store import Store


class Workspace:
    """A repository that AutoLoop may be set up in.

    Args:
        root: top of the work tree.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.layout = Layout(root)
        self.store = Store(self.layout)

    @classmethod
    def find(cls, start: Path) -> Self:
        """The workspace of the repository that ``start`` lies in; git is only asked when that is not plain to see.

        Raises:
            GitError: not a repository, a bare one, or one that git does not trust.
        """
        here = start.absolute()
        for folder in (here, *here.parents):
            if (folder / ".git" / "HEAD").exists() or (folder / ".git").is_file():
                return cls(folder)
        from autoloop.git import Repository

        return cls(Repository.discover(here).root)

    def record(self) -> Record:
        """The persisted record. A configuration without a record (a fresh clone) counts as configured.

        Raises:
            StateError: the state is damaged, foreign or newer.
        """
        record = self.store.load(Record)
        if record is not None:
            return record
        if self.layout.config.exists():
            return Record(state="configured", loop=new_loop())
        return Record()

    def sessions(self) -> tuple[Session, ...]:
        """All sessions, oldest first; the open one as it is now."""
        known = {session.id: session for session in self.store.sessions(Session)}
        if (opened := self.record().session) is not None:
            known[opened.id] = opened
        return tuple(known[number] for number in sorted(known))

    def session(self, name: str = "") -> Session:
        """The session of that name or number (of several with that name the latest), without one the latest of all.

        Raises:
            UsageError: there is none.
        """
        known = self.sessions()
        named = [session for session in known if not name or name in {session.name, str(session.id)}]
        if named:
            return named[-1]
        told = ", ".join(session.name for session in known) or "none"
        what = f"There is no session {name!r}." if name else "There is no session."
        raise UsageError("session_unknown", what, why=f"known: {told}", fix="autoloop session list")

    def seen(self, record: Record) -> Record:
        """The record as others see it: while a process is at work here, there is nothing to do but wait."""
        return record if self.store.at_work() is None else msgspec.structs.replace(record, next=(WAIT,))


def new_loop() -> str:
    """A name for this workspace's refs that no linked worktree shares."""
    return os.urandom(4).hex()
