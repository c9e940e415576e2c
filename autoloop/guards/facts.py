"""What guards and updates may know of the world, and what a guard answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from autoloop.config import Config
from autoloop.errors import AutoLoopError
from autoloop.model import Blocked, Evaluation, Experiment, Fingerprint, Measurement, Record
from autoloop.outcomes import Opening


class Facts(Protocol):
    """What guards and updates may know. Properties may raise `AutoLoopError` where the world cannot be read."""

    @property
    def record(self) -> Record:
        """The persisted state before the step."""

    @property
    def now(self) -> float:
        """Unix time of the step."""

    @property
    def trigger(self) -> str:
        """The trigger that is being fired."""

    @property
    def options(self) -> Mapping[str, object]:
        """What was asked for on the command line, in plain JSON values."""

    @property
    def opening(self) -> Opening:
        """What an experiment or a session would begin with, now."""

    @property
    def measurement(self) -> Measurement:
        """The measurement that would begin now."""

    @property
    def loop(self) -> str:
        """A fresh name for this workspace's refs."""

    @property
    def result(self) -> object:
        """What the work of a working state came to (engine triggers only)."""

    @property
    def config(self) -> Config | AutoLoopError:
        """The configuration, or what is wrong with it."""

    @property
    def trusted(self) -> bool:
        """Whether the user has approved the configured commands."""

    @property
    def operation(self) -> str | None:
        """The git operation in progress, if any."""

    @property
    def commit(self) -> str | None:
        """HEAD's commit, None on an unborn branch."""

    @property
    def writable(self) -> bool:
        """Whether git can write here."""

    @property
    def fingerprint(self) -> Fingerprint:
        """The machine."""

    @property
    def tree(self) -> str:
        """The work tree as a git tree, now."""

    @property
    def before(self) -> str:
        """The tree that changes are taken against: the experiment's beginning, or the incumbent at rest."""


Guard = Callable[[Facts], Blocked | None]


def way_on(experiment: Experiment) -> str:
    """What to type to come nearer to the end of an open experiment."""
    evaluation = experiment.evaluation
    if evaluation is None:
        return "autoloop eval"
    if evaluation.decision == "rerun" and looked_enough(evaluation):
        return "autoloop discard --revert"
    ways = {
        "keep": "autoloop keep --commit",
        "discard": "autoloop discard --revert",
        "rerun": "autoloop rerun",
        "crash": "autoloop discard --revert; or mend the change, then: autoloop eval",
    }
    return ways[evaluation.decision]


def looked_enough(evaluation: Evaluation) -> bool:
    """Whether its tree had its one honest second try: two at 5 % are a 10 % test."""
    return evaluation.attempt >= 2  # noqa: PLR2004 - the second try is the last
