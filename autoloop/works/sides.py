"""The two sides of a measurement: the candidate as it stands, and the incumbent put in its place for a while."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from autoloop import exchange
from autoloop.errors import CommandError
from autoloop.git import Change
from autoloop.job import Job
from autoloop.outcomes import Arm
from autoloop.sampler import Sampler

NOTE = "exchange"
_STORE = "exchange"


class Sides(Protocol):
    """Whoever can make an arm ready to be measured."""

    def show(self, arm: Arm) -> Sampler:
        """Make ``arm`` the side that a sample would measure.

        Raises:
            CommandError: ``build_failed``.
        """

    def close(self) -> None:
        """Leave everything as it was before the measurement."""


class OneSide:
    """Only the candidate is measured (``reference = "stored"``)."""

    def __init__(self, sampler: Sampler) -> None:
        self.sampler = sampler
        self._built = False

    def show(self, arm: Arm) -> Sampler:
        """The candidate; the incumbent cannot be shown."""
        if not self._built:
            built(self.sampler, arm)
            self._built = True
        return self.sampler

    def close(self) -> None:
        """Nothing was moved."""


class SwappedSides:
    """Exchanges the experiment's paths in place (``reference = "swap"``).

    Args:
        sampler: measures the work tree.
        job: journals the exchange before the first file moves.
        before: tree of the incumbent side.
        changes: the paths that differ.
    """

    def __init__(self, sampler: Sampler, job: Job, before: str, changes: Sequence[Change]) -> None:
        self.sampler = sampler
        self.job = job
        self.before = before
        self.changes = changes
        self._exchange: exchange.Exchange | None = None
        self._shown: Arm = "candidate"
        self._built: Arm | None = None
        self._warmth = Warmth()

    def show(self, arm: Arm) -> Sampler:
        """Put ``arm``'s content in place, and build it when there is something to build."""
        if arm != self._shown:
            exchange.put(self._prepared(), arm)
            self._shown = arm
        if self._built != arm:
            built(self.sampler, arm)
            self._built = arm
        self._warmth.warm_up(self.sampler, arm)
        return self.sampler

    def close(self) -> None:
        """Put the candidate's content back."""
        if self._exchange is not None:
            self.job.notes += told(exchange.restore(self._exchange))
            self._exchange = None
            self._shown = "candidate"

    def _prepared(self) -> exchange.Exchange:
        if self._exchange is None:
            job = self.job
            scratch = job.workspace.layout.scratch
            store = scratch / _STORE
            shutil.rmtree(store, ignore_errors=True)
            incumbent = store / "materialised"
            paths = [change.path for change in self.changes]
            try:
                job.repository.materialise(self.before, self.changes, "before", incumbent, scratch)
                self._exchange = exchange.prepare(job.workspace.root, store, incumbent, paths)
            except BaseException:
                shutil.rmtree(store, ignore_errors=True)  # nothing was touched yet
                raise
            job.note(NOTE, self._exchange, durable=True)
        return self._exchange


class Warmth:
    """Which arms had their first runs thrown away, so that none of their samples is a cold start."""

    def __init__(self) -> None:
        self._warm: set[Arm] = set()

    def is_cold(self, arm: Arm) -> bool:
        """Whether nothing was run for ``arm`` yet."""
        return arm not in self._warm

    def warm_up(self, sampler: Sampler, arm: Arm) -> None:
        """Throw away the configured number of runs, once per arm; by default one where there is a build."""
        if not self.is_cold(arm):
            return
        self._warm.add(arm)
        section = sampler.config.eval
        for _ in range(section.warmup if section.warmup is not None else int(bool(section.build))):
            sampler.take(arm)


def built(sampler: Sampler, arm: Arm) -> None:
    """Build what is to be measured, when there is something to build.

    Raises:
        CommandError: ``build_failed``.
    """
    wrong = sampler.build(arm)
    if wrong:
        raise CommandError("build_failed", f"The {arm}'s build failed.", why=wrong, fix="mend the build, then repeat")


def told(strangers: Sequence[str]) -> list[str]:
    """What to say of files that somebody edited while the incumbent's content was in place."""
    return [f"{path} was edited during the measurement; it was left as it is" for path in strangers]


def sweep(scratch: Path) -> None:
    """Remove what an exchange that is done has left."""
    exchange.sweep(scratch / _STORE)


def restore_leftover(job: Job) -> None:
    """Put back what an earlier process had exchanged when it died."""
    for _, plan in job.notes_since_begin(NOTE)[-1:]:
        job.notes += told(exchange.restore(msgspec.convert(plan, exchange.Exchange)))
