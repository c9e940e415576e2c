"""The work of ``confirming``: the session's base and its tip measured again, interleaved, for an honest total."""

from __future__ import annotations

import random
from statistics import median

from autoloop import verdict
from autoloop.job import Job
from autoloop.model import Confirmation, Session
from autoloop.outcomes import Arm
from autoloop.progress import Progress
from autoloop.quiet import quiet_machine
from autoloop.sampler import Sampler
from autoloop.works.select import chosen_sessions, wins_of
from autoloop.works.sides import SwappedSides, restore_leftover

PHASE = "confirming"
PAIRS = 10
_DETERMINISTIC_PAIRS = 2


def abandon(job: Job) -> None:
    """Put the tip's content back."""
    restore_leftover(job)


def confirm(job: Job) -> Confirmation | None:
    """Measure what the session gained; None when base and tip can no longer be put side by side."""
    restore_leftover(job)
    sessions = chosen_sessions(job)
    session = sessions[-1]
    if len(sessions) > 1 or not _measurable(job, session):
        job.notes.append("the gain was not measured again: the work tree is no longer that of this session")
        return None
    repository, scratch = job.repository, job.workspace.layout.scratch
    tip = repository.snapshot(scratch, max_file_bytes=job.largest_file).tree
    paths = {path for experiment in wins_of(job, session) for path in experiment.paths}
    changes = tuple(change for change in repository.delta(session.base_tree, tip) if change.path in paths)
    if not changes:
        job.notes.append("the gain was not measured again: base and tip no longer differ")
        return None
    sampler = Sampler.of(job, job.workspace.layout.runs / f"confirm-{session.id:03d}")
    sides = SwappedSides(sampler, job, session.base_tree, changes)
    with quiet_machine(job, PHASE):
        try:
            return _compared(job, sides)
        finally:
            sides.close()


def _measurable(job: Job, session: Session) -> bool:
    latest = job.record.counts.sessions
    return session.id == latest and bool(session.base_tree)


def _compared(job: Job, sides: SwappedSides) -> Confirmation | None:
    incumbent = job.record.incumbent
    exact = incumbent is not None and incumbent.deterministic
    pairs = _DETERMINISTIC_PAIRS if exact else PAIRS
    order = random.SystemRandom()
    values: dict[Arm, list[float | None]] = {"incumbent": [], "candidate": []}
    first: Arm = "incumbent"
    for pair in range(pairs):
        first = order.choice(("incumbent", "candidate")) if pair % 2 == 0 else _other(first)
        for arm in (first, _other(first)):
            run = sides.show(arm).take(arm)
            values[arm].append(run.value)
            which = "base" if arm == "incumbent" else "tip"
            shown = f"{run.value:g}" if run.value is not None else run.why.splitlines()[0]
            job.notify(Progress(PHASE, f"{which}: {shown}", sum(map(len, values.values())), 2 * pairs))
    return _confirmation(job, values)


def _other(arm: Arm) -> Arm:
    return "candidate" if arm == "incumbent" else "incumbent"


def _confirmation(job: Job, values: dict[Arm, list[float | None]]) -> Confirmation | None:
    direction = "higher" if job.config.eval.direction == "higher_is_better" else "lower"
    try:
        result = verdict.confirm(values["incumbent"], values["candidate"], direction)
    except ValueError:
        job.notes.append("the gain could not be measured again: the runs failed")
        return None
    base, tip = (median(v for v in values[arm] if v is not None) for arm in ("incumbent", "candidate"))
    return Confirmation(result.percent, result.low, result.high, result.pairs, base, tip, job.clock())
