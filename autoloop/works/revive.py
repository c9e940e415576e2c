"""The work of ``reviving``: what an earlier experiment tried, on top of today's incumbent, as a new experiment."""

from __future__ import annotations

import msgspec

from autoloop.errors import GitError, UsageError
from autoloop.facts import LiveFacts
from autoloop.git import DiscardPlan, Remembered
from autoloop.job import Job
from autoloop.model import Experiment
from autoloop.outcomes import Opening, Revived


class _Plan(msgspec.Struct, frozen=True):
    """What is journalled before the first file is put into the work tree."""

    opening: Opening
    files: DiscardPlan


def revive(job: Job) -> Revived:
    """Apply the change; called again after a crash, it finishes the very same one.

    Raises:
        GitError: ``revive_conflict`` and the like; nothing has been touched then.
    """
    plan = job.planned(_Plan)
    if plan is None:
        plan = _planned(job)
        job.remember_plan(plan)
    left = job.repository.apply_discard(plan.files, job.workspace.layout.scratch)
    notes = tuple(f"{path} was edited meanwhile; nothing is lost: {plan.files.trash_ref}" for path in left)
    return Revived(plan.opening, tuple(one.path for one in plan.files.files), notes)


def begun(job: Job) -> bool:
    """Whether a file of the journalled change was put into the work tree already."""
    plan = job.planned(_Plan)
    return plan is not None and job.repository.discard_begun(plan.files, job.workspace.layout.scratch)


def _planned(job: Job) -> _Plan:
    origin = _origin(job)
    job.tell("reviving", f"applying what experiment {origin.id} tried to the incumbent")
    opening = _opening(job, origin)
    before = msgspec.convert(opening.remembered, Remembered)
    ref = f"refs/autoloop/{job.record.loop}/{job.record.counts.total + 1}/revived"
    files = job.repository.plan_revive(
        before, origin.before, origin.candidate or origin.before, ref, job.workspace.layout.scratch
    )
    return _Plan(opening, files)


def _origin(job: Job) -> Experiment:
    number = int(str(job.options["experiment"]))
    origin = job.workspace.store.experiment(number, Experiment)
    if origin is None:
        raise UsageError("experiment_unknown", f"There is no experiment {number}.", fix="autoloop history")
    if origin.pruned is not None:
        raise GitError(
            "candidate_pruned",
            f"What experiment {number} tried is not held any more.",
            why="It was pruned to make room.",
            fix=f"autoloop show {number} says what it was; make the change again",
        )
    return origin


def _opening(job: Job, origin: Experiment) -> Opening:
    described = job.options.get("description") or f"revive #{origin.id}: {origin.description}"
    facts = LiveFacts(job.workspace, job.record, "revive", {"description": described}, clock=job.clock)
    return msgspec.structs.replace(facts.opening, origin=origin.id)
