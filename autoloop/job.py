"""What the work of a working state is given."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from autoloop import runner
from autoloop.config import Config, Git
from autoloop.errors import AutoLoopError
from autoloop.facts import LiveFacts
from autoloop.git import Repository
from autoloop.model import Record
from autoloop.opened import OpenWorkspace
from autoloop.progress import Notify, Progress, silent
from autoloop.store import Writer

T = TypeVar("T")


@dataclass
class Job:
    """One piece of work: the record it starts from, and the hands it may use.

    ``recovering`` says that an earlier process began this work and did not finish it.
    """

    workspace: OpenWorkspace
    writer: Writer
    record: Record
    facts: LiveFacts
    notify: Notify = silent
    clock: Callable[[], float] = time.time
    recovering: bool = False
    notes: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    expected: float | None = None
    _told: Progress = field(default_factory=lambda: Progress("", ""))

    @property
    def config(self) -> Config:
        """The configuration.

        Raises:
            ConfigError: it is wrong.
        """
        config = self.facts.config
        if isinstance(config, AutoLoopError):
            raise config
        return config

    @property
    def largest_file(self) -> int:
        """Bytes from which a file is left out of snapshots; the default when the configuration cannot say."""
        config = self.facts.config
        return int(config.git.max_file if isinstance(config, Config) else Git().max_file)

    @property
    def repository(self) -> Repository:
        """The repository."""
        return self.workspace.repository

    @property
    def options(self) -> Mapping[str, object]:
        """What was asked for when the work began."""
        return self.record.request.options if self.record.request else {}

    def expect(self, runs: float, *, guardrails: bool = True) -> None:
        """Say how many runs of the eval this work takes as a rule; how long they last is known from earlier ones."""
        durations = dict(self.record.durations)
        one = durations.pop("eval", None)
        if one is not None:
            self.expected = runs * one + (sum(durations.values()) if guardrails else 0.0)

    def tell(self, phase: str, text: str, done: int | None = None, most: int | None = None) -> None:
        """Report progress; what is counted, and the estimate so far, stay as they were told last."""
        told = msgspec.structs.replace(self._told, phase=phase, text=text, arm="", value=None)
        counted = {} if done is None or most is None else {"done": done, "most": most}
        self.show(msgspec.structs.replace(told, **counted))

    def show(self, progress: Progress) -> None:
        """Report progress that is more than a text and a count."""
        self._told = progress
        self._notify(progress)

    def beat(self, command: str, seconds: float) -> None:
        """Report that ``command`` has been running for so many seconds: what was told last still holds."""
        self._notify(msgspec.structs.replace(self._told, arm="", value=None, running=command, seconds=seconds))

    def _notify(self, progress: Progress) -> None:
        elapsed = time.monotonic() - self.began
        self.notify(msgspec.structs.replace(progress, elapsed=elapsed, expected=self.expected))

    def remember_plan(self, plan: object) -> None:
        """Journal the exact effect that is about to happen: from here on recovery rolls it forward."""
        request = self.record.request
        if request is None:
            message = "a plan belongs to a request"
            raise RuntimeError(message)
        request = msgspec.structs.replace(request, plan=msgspec.to_builtins(plan))
        self.record = msgspec.structs.replace(self.record, request=request)
        self.writer.commit("intent", record=self.record)

    def planned(self, kind: type[T]) -> T | None:
        """The exact effect that was journalled for this very work, by this process or an earlier one."""
        request = self.record.request
        return msgspec.convert(request.plan, kind) if request is not None and request.plan else None

    def note(self, kind: str, data: object, *, durable: bool = False) -> None:
        """Journal something that belongs to this work; a later commit makes it durable unless asked for at once."""
        self.writer.note(kind, msgspec.to_builtins(data), durable=durable)

    def end_leftovers(self) -> None:
        """End what is left of the last command that an earlier process had started for this work."""
        for _, group in self.notes_since_begin("group")[-1:]:
            runner.sweep(msgspec.convert(group, runner.Group))

    def notes_since_begin(self, *kinds: str) -> list[tuple[str, object]]:
        """Notes of these kinds since the working state was entered, oldest first: what an earlier process left."""
        found: list[tuple[str, object]] = []
        for event in self.workspace.store.history():
            if "state" in event.record:
                break
            if event.kind in kinds:
                found.append((event.kind, event.note))
        return found[::-1]
