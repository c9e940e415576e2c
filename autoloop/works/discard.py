"""The work of ``discarding``: the experiment's paths as they were before it began; nothing that was tried is lost."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from autoloop.git import Change, DiscardPlan, Remembered
from autoloop.job import Job
from autoloop.model import Experiment
from autoloop.outcomes import Discarded
from autoloop.works.rest import at_rest


def discard(job: Job) -> Discarded:
    """Put the paths back; called again after a crash, it finishes the very same revert.

    Raises:
        GitError: the files cannot be restored; nothing has been touched then.
    """
    experiment, request = job.record.experiment, job.record.request
    if experiment is None or request is None:
        message = "discarding needs an experiment"
        raise RuntimeError(message)
    reason = str(request.options.get("reason") or "")
    if not request.options.get("revert", True):
        tree, remembered = at_rest(job)
        job.notes.append("the files were left as they are")
        return Discarded(tree, remembered, reason=reason)
    plan = job.planned(DiscardPlan)
    if plan is None:
        plan = _plan(job, experiment)
        job.remember_plan(plan)
    unseen = job.repository.apply_discard(plan, job.workspace.layout.scratch)
    tree, remembered = at_rest(job)
    job.notes += [f"{path} was edited after the measurement; nothing is lost: {plan.trash_ref}" for path in unseen]
    return Discarded(tree, remembered, plan.trash_ref, reason, restored=tuple(file.path for file in plan.files))


def begun(job: Job) -> bool:
    """Whether a file of the journalled revert was moved already."""
    plan = job.planned(DiscardPlan)
    return plan is not None and job.repository.discard_begun(plan, job.workspace.layout.scratch)


def _plan(job: Job, experiment: Experiment) -> DiscardPlan:
    job.tell("discarding", f"putting back what experiment {experiment.id} changed")
    repository, scratch = job.repository, job.workspace.layout.scratch
    remembered = msgspec.convert(experiment.remembered, Remembered)
    most = job.largest_file
    now = repository.snapshot(scratch, since=remembered, max_file_bytes=most).tree
    changes = _own(job, experiment, repository.delta(experiment.before, now))
    evaluation = experiment.evaluation
    measured = (evaluation.left or evaluation.tree) if evaluation else now
    trash = f"refs/autoloop/{job.record.loop}/{experiment.id}/trash"
    return repository.plan_discard(remembered, measured, changes, trash, scratch, max_file_bytes=most)


def _own(job: Job, experiment: Experiment, changes: Sequence[Change]) -> tuple[Change, ...]:
    """The experiment's own changes: all of them before it was ever measured, afterwards those that were measured.

    What else has changed since is the eval's litter or somebody's work, and is left alone.
    """
    measured = [found for found in (experiment.evaluation, *experiment.earlier) if found is not None]
    if not measured:
        return tuple(changes)
    paths = {path for found in measured for path in found.paths}
    job.notes += [
        f"{change.path} is not part of the experiment and was left" for change in changes if change.path not in paths
    ]
    return tuple(change for change in changes if change.path in paths)
