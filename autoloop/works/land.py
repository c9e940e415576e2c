"""The work of ``landing``: wins that wait become commits of their branch, one each."""

from __future__ import annotations

import msgspec

from autoloop.git import LandPlan, Remembered
from autoloop.job import Job
from autoloop.model import Experiment
from autoloop.outcomes import Landed

replace = msgspec.structs.replace


def land(job: Job) -> Landed:
    """Move the branch by compare-and-swap; called again after a crash, it finishes the very same landing.

    Raises:
        GitError: ``land_conflict``, ``head_moved``, ``not_writable``; nothing has happened then.
    """
    waiting = job.record.waiting
    repository, scratch = job.repository, job.workspace.layout.scratch
    plan = job.planned(LandPlan)
    if plan is None:
        job.tell("landing", f"putting {len(waiting)} of the wins on their branch")
        plan = repository.plan_land(waiting[0].ref, [one.commit for one in waiting], scratch)
        anchors = zip(waiting, plan.commits, strict=True)
        repository.anchor({f"refs/autoloop/{job.record.loop}/{one.experiment}/keep": new for one, new in anchors})
        job.remember_plan(plan)
    left = repository.apply_keep(plan.keep, scratch)
    landed = dict(zip((one.experiment for one in waiting), plan.commits, strict=True))
    experiments = (job.workspace.store.experiment(number, Experiment) for number in landed)
    found = tuple(replace(one, commit=landed[one.id]) for one in experiments if one is not None)
    rebased = plan.commits != tuple(one.commit for one in waiting)
    return Landed(plan.keep.ref, found, _rest(job, plan), rebased, _notes(plan, left, rebased=rebased))


def begun(job: Job) -> bool:
    """Whether the branch has the journalled commits already."""
    plan = job.planned(LandPlan)
    return plan is not None and job.repository.keep_state(plan.keep) in {"partial", "done"}


def _rest(job: Job, plan: LandPlan) -> dict[str, object]:
    """The work tree at rest as before, but on the commit that HEAD is at now."""
    incumbent = job.record.incumbent
    if incumbent is None or not incumbent.remembered:
        return {}
    before = msgspec.convert(incumbent.remembered, Remembered)
    moved = job.repository.remember_landing(before, plan.keep, job.workspace.layout.scratch)
    job.repository.anchor({f"refs/autoloop/{job.record.loop}/rest": moved.commit})
    document: dict[str, object] = msgspec.to_builtins(moved)
    return document


def _notes(plan: LandPlan, left: tuple[str, ...], *, rebased: bool) -> tuple[str, ...]:
    name = plan.keep.ref.removeprefix("refs/heads/")
    moved = (f"{name} had moved since; the wins were rebased onto it and not measured there",) if rebased else ()
    staged = (*plan.staged, *left)
    return (*moved, *(f"{path}: something else is staged; its index entry was left alone" for path in staged))
