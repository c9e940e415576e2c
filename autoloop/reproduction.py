"""Measures one experiment again, in private checkouts: whether what is on record can be seen once more.

Nothing of the state changes: no budget is spent, no verdict is revised. The result is a note in the journal.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from autoloop.candidates import candidate
from autoloop.errors import AutoLoopError, CommandError, RefusedError, StateError
from autoloop.facts import LiveFacts
from autoloop.git import Repository
from autoloop.guards import GUARDS
from autoloop.job import Job
from autoloop.model import Confirmation, Experiment
from autoloop.opened import OpenWorkspace
from autoloop.outcomes import Arm
from autoloop.progress import Notify
from autoloop.quiet import quiet_machine
from autoloop.sampler import Sampler
from autoloop.works.compare import compared
from autoloop.works.sides import Warmth, built
from autoloop.works.worktree import checked_out

PHASE = "reproducing"
NOTE = "reproduced"
_WORKING = {"checking", "baselining", "evaluating", "keeping", "discarding", "confirming", "finalizing"}


class Pair(msgspec.Struct, frozen=True):
    """What is compared: trees, and the commits they belong to; an experiment that was not kept has none."""

    before: str
    after: str
    parent: str | None = None
    commit: str | None = None


class PrivateSides:
    """Both sides checked out below ``.autoloop/scratch``; the user's work tree is never looked at.

    Args:
        job: journals the process groups.
        trees: what each arm is.
        like: a sampler of the folder for raw output.
    """

    def __init__(self, job: Job, trees: Mapping[Arm, str], like: Sampler) -> None:
        self.job = job
        self.trees = trees
        self.like = like
        self._samplers: dict[Arm, Sampler] = {}
        self._warmth = Warmth()

    def show(self, arm: Arm) -> Sampler:
        """The sampler of ``arm``'s checkout, made when first asked for.

        Raises:
            CommandError: ``setup_failed`` or ``build_failed``.
        """
        if arm not in self._samplers:
            self._samplers[arm] = checked_out(self.job, self.trees[arm], f"reproduce-{arm}", self.like)
            built(self._samplers[arm], arm)
            self._warmth.warm_up(self._samplers[arm], arm)
        return self._samplers[arm]

    def close(self) -> None:
        """Remove both checkouts."""
        for arm in self.trees:
            self.job.repository.remove_worktree(self.job.workspace.layout.scratch / f"reproduce-{arm}")


def reproduce(
    workspace: OpenWorkspace, experiment: Experiment, notify: Notify, pairs: int | None = None
) -> tuple[Pair, Confirmation]:
    """Measure the experiment's commit against its parent in interleaved pairs.

    An experiment that was not kept is measured as its candidate was.

    Raises:
        RefusedError: the configuration's commands are not approved, or something unfinished comes first.
        StateError: ``candidate_pruned``: git no longer has what is to be measured.
        CommandError: the runs fail.
        LockedError: another command, or another benchmark of this machine, is at work.
    """
    with workspace.store.writing("reproduce") as writer:
        record = workspace.record()
        job = Job(workspace, writer, record, LiveFacts(workspace, record, "reproduce"), notify)
        _demand(job)
        pair = sides_of(workspace.repository, experiment)
        folder = workspace.layout.runs / f"reproduce-{experiment.id:03d}"
        trees: dict[Arm, str] = {"incumbent": pair.before, "candidate": pair.after}
        sides = PrivateSides(job, trees, Sampler.of(job, folder))
        with quiet_machine(job, PHASE):
            try:
                found = compared(job, sides, ("before", "after"), pairs=pairs, phase=PHASE)
            finally:
                sides.close()
        if found is None:
            raise _failed(folder.name)
        writer.note(NOTE, {"experiment": experiment.id, "found": msgspec.to_builtins(found)}, durable=True)
    return pair, found


def _demand(job: Job) -> None:
    """Refuse what no measurement may begin with."""
    if job.record.state in _WORKING:
        raise RefusedError(
            "unfinished", "Something unfinished comes first.", why=f"state: {job.record.state}", fix="autoloop resume"
        )
    if isinstance(job.facts.config, AutoLoopError):
        raise job.facts.config
    if (blocked := GUARDS["trusted"](job.facts)) is not None:
        raise RefusedError(blocked.code, "Nothing was run.", why=blocked.why, fix=blocked.fix)


def sides_of(repository: Repository, experiment: Experiment) -> Pair:
    """The commit and its parent; for an experiment without one, its candidate and what it began from.

    Raises:
        StateError: ``candidate_pruned`` or ``not_measured``.
    """
    if experiment.imported:
        why = f"it was imported from {experiment.imported}, and nothing of it was measured here"
        raise StateError(
            "not_measured", f"Experiment {experiment.id} cannot be reproduced.", why=why, fix="autoloop history"
        )
    if experiment.commit and repository.resolve(experiment.commit):
        parent = repository.pick_of(experiment.commit).before
        known = parent if set(parent) != {"0"} else None
        return Pair(repository.tree_of(known), repository.tree_of(experiment.commit), known, experiment.commit)
    trees = candidate(experiment)
    if trees is None:
        why = "it was never measured"
        raise StateError(
            "not_measured", f"Experiment {experiment.id} cannot be reproduced.", why=why, fix="autoloop history"
        )
    if repository.patches([trees])[0] is None:
        raise StateError(
            "candidate_pruned",
            f"Git no longer has what experiment {experiment.id} changed.",
            why="its references were removed and its objects pruned",
            fix=f"what is on record: autoloop show {experiment.id}",
        )
    return Pair(*trees)


def _failed(folder: str) -> CommandError:
    return CommandError(
        "runs_failed",
        "The runs gave no numbers to compare.",
        why="in a fresh checkout there is only what git has: what is built or installed beside it is missing",
        fix=f"say how to prepare one: [eval] setup in .autoloop/config.toml; what was printed: .autoloop/runs/{folder}",
    )
