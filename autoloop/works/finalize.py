"""The work of ``finalizing``: a review branch of wins, built without touching HEAD, index or work tree."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from autoloop.errors import GitError
from autoloop.git import BranchPlan, Pick, Picked
from autoloop.job import Job
from autoloop.model import Confirmation, Experiment, Session
from autoloop.outcomes import Branch, Confirmed, Finalized, Skipped
from autoloop.paths import slug
from autoloop.pull_request import Told
from autoloop.stats import compounded
from autoloop.works.requests import requested
from autoloop.works.select import chosen_sessions, wins_of


class _Plans(msgspec.Struct, frozen=True):
    """What is journalled before the first branch is made."""

    branches: tuple[BranchPlan, ...]


def finalize(job: Job) -> Finalized:
    """Build the branch (one per independent group of paths with ``split``), write the pull request's text.

    Raises:
        GitError: no win fits on the base, or the branch's name is taken.
    """
    sessions = chosen_sessions(job)
    wins = tuple(experiment for session in sessions for experiment in wins_of(job, session))
    plans = job.planned(_Plans)
    if plans is None:
        plans = _Plans(_planned(job, sessions, wins))
        job.remember_plan(plans)
    for plan in plans.branches:
        job.tell("finalizing", f"building {plan.ref}")
        if job.repository.resolve(plan.ref) != plan.tip:
            job.repository.create_branch(plan)
    return _finished(job, sessions, wins, plans.branches)


def begun(job: Job) -> bool:
    """Whether every journalled branch is there already; while one is missing it may never come, and all can be left."""
    plans = job.planned(_Plans)
    return plans is not None and all(job.repository.resolve(plan.ref) == plan.tip for plan in plans.branches)


def _planned(job: Job, sessions: Sequence[Session], wins: Sequence[Experiment]) -> tuple[BranchPlan, ...]:
    repository, scratch = job.repository, job.workspace.layout.scratch
    base = _base(job, sessions)
    groups = _independent(wins) if job.options.get("split") else [list(wins)]
    stem = str(job.options.get("name") or sessions[-1].branch or f"autoloop/{slug(sessions[-1].name)}")
    names = [stem] if len(groups) == 1 else [f"{stem}-{number}" for number in range(1, len(groups) + 1)]
    plans = []
    for name, group in zip(names, groups, strict=True):
        picks = [_pick(job, experiment) for experiment in group]
        free = name if job.options.get("name") else _free(job, name)
        plan = repository.plan_branch(free, base, picks, scratch)
        if repository.resolve(f"refs/heads/{name}") == plan.tip:  # the very branch is there already: asked twice
            plan = msgspec.structs.replace(plan, ref=f"refs/heads/{name}")
        plans.append(plan)
    if not any(picked.commit for plan in plans for picked in plan.picks):
        conflicts = sorted({path for plan in plans for picked in plan.picks for path in picked.conflicts})
        raise GitError(
            "nothing_fits",
            "No win can be applied to the base.",
            why=f"conflicts in {', '.join(conflicts)}",
            fix="autoloop finalize --base REF with the commit the session began at",
        )
    return tuple(plan for plan in plans if any(picked.commit for picked in plan.picks))


def _base(job: Job, sessions: Sequence[Session]) -> str:
    asked = job.options.get("base")
    if not asked:
        return sessions[0].base_commit
    found = job.repository.resolve(str(asked))
    if found is None:
        raise GitError("base_unknown", f"{asked!r} is no commit.", fix="git log --oneline")
    return found


def _free(job: Job, name: str) -> str:
    """The name, with a number behind it when a branch of that name exists."""
    candidates = (name if number == 1 else f"{name}-{number}" for number in range(1, 1000))
    return next(n for n in candidates if job.repository.resolve(f"refs/heads/{n}") is None)


def _pick(job: Job, experiment: Experiment) -> Pick:
    return job.repository.pick_of(experiment.commit or "")


def _independent(wins: Sequence[Experiment]) -> list[list[Experiment]]:
    """Groups of wins that share no path, in the order of their first experiments."""
    groups: list[tuple[set[str], list[Experiment]]] = []
    for win in wins:
        touching = [group for group in groups if group[0] & set(win.paths)]
        paths = set(win.paths).union(*(group[0] for group in touching))
        members = sorted([win, *(e for group in touching for e in group[1])], key=lambda e: e.id)
        groups = [group for group in groups if group not in touching] + [(paths, members)]
    return sorted((members for _, members in groups), key=lambda members: members[0].id)


def _finished(
    job: Job, sessions: Sequence[Session], wins: Sequence[Experiment], plans: Sequence[BranchPlan]
) -> Finalized:
    by_commit = {experiment.commit: experiment for experiment in wins}
    branches, skipped = [], []
    for plan in plans:
        applied = [(by_commit[picked.pick.after], picked) for picked in plan.picks if picked.commit]
        branches.append(
            Branch(
                plan.ref.removeprefix("refs/heads/"),
                plan.base,
                plan.tip,
                tuple(experiment.id for experiment, _ in applied),
                tuple(picked.commit or "" for _, picked in applied),
                tuple(sorted({path for experiment, _ in applied for path in experiment.paths})),
            )
        )
        skipped += [_skipped(by_commit[picked.pick.after], picked) for picked in plan.skipped]
    confirmed = _confirmed(job)
    confirmation = confirmed.confirmation
    baseline = job.record.baseline
    if baseline is None:
        message = "wins without a baseline"
        raise RuntimeError(message)
    claimed = compounded([session.claimed for session in sessions], lower=baseline.direction == "lower_is_better")
    on_branch = [experiment for experiment in wins if experiment.id not in {skip.experiment for skip in skipped}]
    told = Told(baseline, job.config, tuple(on_branch), claimed, confirmation, tuple(skipped), branches=tuple(branches))
    requests = requested(job, sessions[-1], told)
    return Finalized(
        branches=tuple(
            msgspec.structs.replace(branch, pr=request) for branch, request in zip(branches, requests, strict=True)
        ),
        sessions=tuple(_closed(job, session, branches, confirmation) for session in sessions),
        claimed_percent=claimed,
        pr=requests[0],
        confirmed=confirmation,
        skipped=told.skipped,
        ablation=confirmed.ablation,
        holdout=confirmed.holdout,
        experiments=tuple(experiment.id for experiment in on_branch),
    )


def _skipped(experiment: Experiment, picked: Picked) -> Skipped:
    """Why a win is not on the branch; where nothing conflicts, nothing of it was left to apply."""
    if not picked.conflicts:
        return Skipped(experiment.id, "the base has it already")
    return Skipped(experiment.id, f"does not fit on the base: conflicts in {', '.join(picked.conflicts)}")


def _confirmed(job: Job) -> Confirmed:
    return msgspec.convert(job.options.get("confirmed", {}), Confirmed)


def _closed(job: Job, session: Session, branches: Sequence[Branch], confirmation: Confirmation | None) -> Session:
    return msgspec.structs.replace(
        session,
        status="finalized",
        closed=session.closed or job.clock(),
        confirmation=confirmation or session.confirmation,
        branches=tuple(dict.fromkeys((*session.branches, *(branch.name for branch in branches)))),
        outcome="finalized",
    )
