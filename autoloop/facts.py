"""The facts that guards and updates ask for, gathered from the world when asked and at most once a step."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from functools import cached_property

import msgspec

from autoloop import trust
from autoloop.budget import target_value
from autoloop.config import Budget, Config, Git, Seconds
from autoloop.errors import AutoLoopError, UsageError
from autoloop.fingerprint import fingerprint
from autoloop.git import Remembered
from autoloop.model import Fingerprint, Limits, Measurement, Record
from autoloop.opened import OpenWorkspace
from autoloop.outcomes import Opening, Revived
from autoloop.workspace import new_loop


class LiveFacts:
    """Facts of one step in one workspace.

    Args:
        record: the record before the step.
        trigger: the trigger that is fired.
        options: what was asked for, in plain JSON values.
        result: what the work came to, for engine triggers.
        clock: Unix time.
    """

    def __init__(
        self,
        workspace: OpenWorkspace,
        record: Record,
        trigger: str = "",
        options: Mapping[str, object] | None = None,
        result: object = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.workspace = workspace
        self.record = record
        self.trigger = trigger
        self.options: Mapping[str, object] = options or {}
        self.result = result
        self._clock = clock

    @cached_property
    def now(self) -> float:
        """Unix time of the step."""
        return self._clock()

    @cached_property
    def loop(self) -> str:
        """A fresh name for refs."""
        return new_loop()

    @cached_property
    def config(self) -> Config | AutoLoopError:
        """The configuration, or what is wrong with it."""
        try:
            return self.workspace.config()
        except AutoLoopError as error:
            return error

    @cached_property
    def trusted(self) -> bool:
        """Whether the configured commands are this user's, or approved by them."""
        if isinstance(self.config, AutoLoopError):
            return True
        return trust.approved(self.workspace.root, self.config, tracked=self._config_tracked)

    def _config_tracked(self) -> bool:
        return self.workspace.repository.tracks(str(self.workspace.layout.config.relative_to(self.workspace.root)))

    @cached_property
    def operation(self) -> str | None:
        """The git operation in progress."""
        return self.workspace.repository.operation_in_progress()

    @cached_property
    def commit(self) -> str | None:
        """HEAD's commit."""
        return self.workspace.repository.head().commit

    @cached_property
    def writable(self) -> bool:
        """Whether git can write here."""
        return self.workspace.repository.writable()

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """The machine."""
        return fingerprint()

    @cached_property
    def tree(self) -> str:
        """The work tree as a git tree, now."""
        experiment = self.record.experiment
        document = experiment.remembered if experiment else self.record.incumbent and self.record.incumbent.remembered
        since = msgspec.convert(document, Remembered) if document else None
        scratch = self.workspace.layout.scratch
        return self.workspace.repository.snapshot(scratch, since=since, max_file_bytes=self._largest_file).tree

    @cached_property
    def before(self) -> str:
        """Where the open experiment began, else the incumbent at rest."""
        record = self.record
        if record.experiment is not None:
            return record.experiment.before
        return record.incumbent.tree if record.incumbent else ""

    @cached_property
    def opening(self) -> Opening:
        """What an experiment or session would begin with; its snapshot is anchored, so that git never prunes it."""
        if isinstance(self.result, Revived):
            return self.result.opening
        options = self.options
        description = str(options.get("description") or "")
        opening = Opening(
            limits=self._limits(),
            description=description or "unnamed change",
            name=str(options.get("name") or ""),
            goal=str(options.get("goal") or ""),
            branch=str(options["branch"]) if options.get("branch") else None,
            commit=self.record.waiting[-1].commit if self.record.waiting else self.commit,
        )
        if self.trigger == "session_start":
            return opening
        remembered = self._remembered()
        ref = f"refs/autoloop/{self.record.loop}/{self.record.counts.total + 1}/before"
        self.workspace.repository.anchor({ref: remembered.commit})
        return msgspec.structs.replace(
            opening,
            before=remembered.tree,
            remembered=msgspec.to_builtins(remembered),
            refs={"before": ref},
        )

    def _remembered(self) -> Remembered:
        """The state to return to: now for ``pre``; for an ``eval`` that skipped it, the incumbent at rest."""
        incumbent = self.record.incumbent
        if self.trigger == "eval" and incumbent is not None and incumbent.remembered:
            return msgspec.convert(incumbent.remembered, Remembered)
        return self.workspace.repository.remember(self.workspace.layout.scratch, max_file_bytes=self._largest_file)

    @property
    def _largest_file(self) -> int:
        config = self.config
        return int(config.git.max_file if isinstance(config, Config) else Git().max_file)

    def _limits(self) -> Limits:
        config, options = self.config, self.options
        budget = config.budget if isinstance(config, Config) else Budget()
        asked = {name: options[name] for name in Limits.__struct_fields__ if options.get(name) is not None}
        target = asked.pop("target", budget.target)
        defaults = {name: getattr(budget, name) for name in Limits.__struct_fields__ if name != "target"}
        plain = {name: float(value) if isinstance(value, Seconds) else value for name, value in defaults.items()}
        limits = msgspec.convert({**plain, **asked}, Limits)
        return limits if target is None else msgspec.structs.replace(limits, target=self._target(target))

    def _target(self, target: object) -> float | None:
        baseline = self.record.baseline
        if baseline is None or not isinstance(target, str | int | float):
            return None
        value = self.record.incumbent.value if self.record.incumbent else baseline.value
        try:
            return target_value(target, value, baseline.direction)
        except ValueError:
            raise UsageError(
                "target_invalid",
                f"The target {target!r} is neither a number nor a percentage.",
                fix="for example --target 35 or --target 20%",
            ) from None

    @cached_property
    def measurement(self) -> Measurement:
        """The measurement that would begin now; its tree is taken before anything runs, and anchored."""
        record, tree = self.record, self.tree
        experiment = record.experiment
        number = experiment.id if experiment else record.counts.total + 1
        repository = self.workspace.repository
        ref = f"refs/autoloop/{record.loop}/{number}/after"
        repository.anchor({ref: repository.commit_of_tree(tree, (), f"experiment {number}: candidate")})
        looks = [found for found in (*experiment.earlier, experiment.evaluation) if found] if experiment else []
        undecided = [look for look in looks if look.decision == "rerun" and tree in {look.tree, look.left}]
        return Measurement(
            tree=undecided[-1].tree if undecided else tree,
            seed=random.SystemRandom().getrandbits(48),
            attempt=1 + len(undecided),
        )
