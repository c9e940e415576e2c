"""The work of ``undoing``: the last keep or discard taken back, exactly."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from autoloop.errors import StateError
from autoloop.git import DiscardPlan, KeepPlan
from autoloop.job import Job
from autoloop.model import Ending, Experiment
from autoloop.outcomes import Undone

replace = msgspec.structs.replace
Plan = TypeVar("Plan", KeepPlan, DiscardPlan)


def undo(job: Job) -> Undone:
    """Take it back; called again after a crash, it finishes the very same undo.

    After a keep the branch and the index go back and the files stay, as they were before it; after a discard the
    experiment's files come back.

    Raises:
        GitError: the branch or the files have moved on; nothing has happened then.
    """
    ending = job.record.ending
    if ending is None:
        message = "undoing needs an ending"
        raise RuntimeError(message)
    job.tell("undoing", f"taking back the {ending.kind} of experiment {ending.experiment}")
    back = _branch_back if ending.kind == "keep" else _files_back
    return Undone(_reopened(job, ending), ending.kind, back(job, ending))


def begun(job: Job) -> bool:
    """Whether the branch, or a file, is back already."""
    ending = job.record.ending
    if ending is not None and ending.kind == "keep":
        plan = job.planned(KeepPlan)
        return plan is not None and job.repository.keep_state(plan) == "untouched"
    files = job.planned(DiscardPlan)
    return files is not None and job.repository.discard_begun(files, job.workspace.layout.scratch)


def _branch_back(job: Job, ending: Ending) -> tuple[str, ...]:
    if ending.commit is None:
        return ()  # the commit never was on a branch
    plan = job.planned(KeepPlan)
    if plan is None:
        plan = _journalled(job, ending, KeepPlan)
        if plan is None:
            raise StateError("plan_missing", "The journal does not hold the keep.", fix=f"git revert {ending.commit}")
        job.repository.check_unkeep(plan)
        job.remember_plan(plan)
    left = job.repository.take_back_keep(plan, job.workspace.layout.scratch)
    return tuple(f"{path} was staged since the keep; its index entry was left alone" for path in left)


def _files_back(job: Job, ending: Ending) -> tuple[str, ...]:
    scratch = job.workspace.layout.scratch
    plan = job.planned(DiscardPlan)
    if plan is None:
        done = _journalled(job, ending, DiscardPlan)
        if done is None:
            return ()  # the files were left as they are
        ref = f"refs/autoloop/{job.record.loop}/{ending.experiment}/undone"
        plan = job.repository.plan_undiscard(done, ref, scratch)
        job.remember_plan(plan)
    left = job.repository.apply_discard(plan, scratch)
    return tuple(f"{path} appeared meanwhile; it was left, and nothing is lost: {plan.trash_ref}" for path in left)


def _journalled(job: Job, ending: Ending, kind: type[Plan]) -> Plan | None:
    """The plan that the ending was done by: the last one since it was asked for; None when it needed none."""
    for event in job.workspace.store.history():
        request = event.record.get("request") if event.kind == "intent" else None
        if isinstance(request, dict) and request.get("trigger") == ending.kind:
            return msgspec.convert(request["plan"], kind)
        if event.kind == ending.kind:
            break
    return None


def _reopened(job: Job, ending: Ending) -> Experiment:
    closed = job.workspace.store.experiment(ending.experiment, Experiment)
    if closed is None:
        raise StateError(
            "experiment_missing",
            f"The document of experiment {ending.experiment} is missing.",
            fix="autoloop doctor --rebuild",
        )
    refs = {name: ref for name, ref in closed.refs.items() if name != "trash"}
    return replace(closed, status="open", closed=None, commit=None, reason="", refs=refs)
