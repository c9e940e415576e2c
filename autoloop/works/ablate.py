"""Each win left out in turn, to see whether the tip still needs it (``finalize --ablate``)."""

from __future__ import annotations

import msgspec

from autoloop.errors import GitError
from autoloop.job import Job
from autoloop.model import Ablated, Experiment, Session
from autoloop.sampler import Sampler
from autoloop.works.compare import compared
from autoloop.works.select import wins_of
from autoloop.works.sides import SwappedSides


def ablate(job: Job, session: Session, tip: str) -> tuple[Ablated, ...]:
    """Measure the tip against the tip without each win, one after the other."""
    return tuple(_left_out(job, win, tip) for win in wins_of(job, session))


def _left_out(job: Job, win: Experiment, tip: str) -> Ablated:
    job.tell("confirming", f"leaving out experiment {win.id}: {win.description}")
    try:
        without = _without(job, win, tip)
    except GitError as error:
        return Ablated(win.id, helps=None, why=error.what)
    if without is None:
        return Ablated(win.id, helps=None, why="later wins build on it; it cannot be left out alone")
    changes = tuple(change for change in job.repository.delta(without, tip) if change.path in win.paths)
    if not changes:
        return Ablated(win.id, helps=False, why="nothing of it is left in the tip")
    sampler = Sampler.of(job, job.workspace.layout.runs / f"ablate-{win.id:03d}")
    sides = SwappedSides(sampler, job, without, changes)
    try:
        found = compared(job, sides, ("without", "tip"))
    finally:
        sides.close()
    if found is None:
        return Ablated(win.id, helps=None, why="the runs failed")
    helps = found.low is not None and found.low > 0
    return Ablated(win.id, helps, found.percent, found.low, found.high, "" if helps else "no gain of its own any more")


def _without(job: Job, win: Experiment, tip: str) -> str | None:
    """The tip's tree with this win taken back, or None where that conflicts."""
    repository = job.repository
    pick = repository.pick_of(win.commit or "")
    reverse = msgspec.structs.replace(pick, before=pick.after, after=pick.before)
    base = repository.commit_of_tree(tip, (), "autoloop: tip")
    plan = repository.plan_branch(f"autoloop/ablate-{job.record.loop}", base, [reverse], job.workspace.layout.scratch)
    return None if plan.skipped else repository.tree_of(plan.tip)
