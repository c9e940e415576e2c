"""Mistakes put into the program on purpose, to see that the harness finds them. Run inside a nursery, by name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import autoloop.engine
import autoloop.git.handle
import autoloop.git.keep
import autoloop.git.locks
import autoloop.job
import autoloop.store.files
import autoloop.store.writer
import autoloop.works


def no_intent() -> None:
    """The exact effect is not journalled before it happens."""
    autoloop.job.Job.remember_plan = lambda _self, _plan: None  # type: ignore[method-assign]


def committed_again() -> None:
    """Recovery commits once more what had been committed."""
    original = autoloop.works.WORKS["keep"]

    def keep(job: Any) -> object:
        kept: Any = original(job)
        if job.recovering:
            git = job.repository._git
            text = git.run("log", "-1", "--format=%B", kept.commit)
            again = git.line("commit-tree", "-p", kept.commit, "-F", "-", f"{kept.commit}^{{tree}}", stdin=text)
            git.run("update-ref", "HEAD", again)
        return kept

    autoloop.works.WORKS["keep"] = keep


def state_before_journal() -> None:
    """state.json is written before the journal's line that it is made of."""
    writer: Any = autoloop.store.writer.Writer
    original = writer._append

    def append(self: Any, line: Any, *, durable: bool) -> int:
        if durable and self._at.tip.seq:
            data = autoloop.store.writer.encoded(line)
            tip = autoloop.store.writer.tip_of(data, line, self._at.tip.end)
            autoloop.store.writer.refresh(self._layout, self._io, self._at.fold.after(line), tip)
        return int(original(self, line, durable=durable))

    writer._append = append


def lock_in_two_steps() -> None:
    """The lock of the index is made first and marked afterwards."""

    def take(lock: Path) -> bool:
        try:
            handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        except FileExistsError:
            autoloop.git.locks._release_dead(lock)
            return False
        os.write(handle, autoloop.git.locks._MARK)
        os.close(handle)
        return True

    autoloop.git.locks._take = take


def litter_stays() -> None:
    """Nobody clears away what a dead process left."""
    autoloop.git.handle.sweep = autoloop.engine.sweep = lambda _scratch: None


def index_forgotten() -> None:
    """Recovery takes a commit that is on the branch for the whole of a keep."""
    original = autoloop.git.keep.state

    def state(git: Any, plan: Any) -> Any:
        found = original(git, plan)
        return "done" if found == "partial" else found

    autoloop.git.keep.state = state


def failed_sync_ignored() -> None:
    """The journal is acknowledged although the disk did not take it."""
    original = autoloop.store.files.Io.sync

    def sync(self: Any, fd: int, name: str) -> None:
        try:
            original(self, fd, name)
        except OSError:
            return

    autoloop.store.files.Io.sync = sync  # type: ignore[method-assign]


PLANTED: dict[str, Callable[[], None]] = {
    plant.__name__: plant
    for plant in (
        no_intent,
        committed_again,
        state_before_journal,
        lock_in_two_steps,
        litter_stays,
        index_forgotten,
        failed_sync_ignored,
    )
}
