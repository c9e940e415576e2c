"""The work of ``confirming``: the session's base and its tip measured again, interleaved, for an honest total."""

from __future__ import annotations

from autoloop.errors import CommandError
from autoloop.git import Change
from autoloop.job import Job
from autoloop.model import Confirmation, Session
from autoloop.outcomes import Confirmed
from autoloop.quiet import quiet_machine
from autoloop.sampler import Sampler
from autoloop.works import holdout
from autoloop.works.ablate import ablate
from autoloop.works.compare import PHASE, compared
from autoloop.works.select import chosen_sessions, wins_of
from autoloop.works.sides import SwappedSides, restore_leftover

# what says nothing about base and tip: finalize can wait until it is mended
_OF_THE_MACHINE = {"not_started", "output_not_saved", "no_process"}


def abandon(job: Job) -> None:
    """Put the tip's content back."""
    restore_leftover(job)


def confirm(job: Job) -> Confirmed:
    """Measure what the session gained; without a confirmation when base and tip cannot be put side by side any more.

    Raises:
        LockedError: another benchmark keeps the machine busy.
        CommandError: the machine, not base or tip, keeps the eval from running (a full disk, no process).
    """
    restore_leftover(job)
    sessions = chosen_sessions(job)
    session = sessions[-1]
    if len(sessions) > 1 or session.id != job.record.counts.sessions or not session.base_tree:
        job.notes.append("the gain was not measured again: the work tree is no longer that of this session")
        return Confirmed()
    tip = job.repository.snapshot(job.workspace.layout.scratch, max_file_bytes=job.largest_file).tree
    changes = _won(job, session, tip)
    if not changes:
        job.notes.append("the gain was not measured again: base and tip no longer differ")
        return Confirmed()
    with quiet_machine(job, PHASE):
        confirmation = _confirmation(job, session, changes)
        ablation = ablate(job, session, tip) if job.options.get("ablate") else ()
    return Confirmed(confirmation, ablation, holdout.passes(job))


def _won(job: Job, session: Session, tip: str) -> tuple[Change, ...]:
    paths = {path for experiment in wins_of(job, session) for path in experiment.paths}
    return tuple(change for change in job.repository.delta(session.base_tree, tip) if change.path in paths)


def _confirmation(job: Job, session: Session, changes: tuple[Change, ...]) -> Confirmation | None:
    sampler = Sampler.of(job, job.workspace.layout.runs / f"confirm-{session.id:03d}")
    sides = SwappedSides(sampler, job, session.base_tree, changes)
    try:
        found = compared(job, sides)
    except CommandError as error:
        if error.code in _OF_THE_MACHINE:
            raise
        job.notes.append(f"the gain could not be measured again: {error.what}")
        return None
    finally:
        sides.close()
    if found is None:
        job.notes.append("the gain could not be measured again: the runs failed")
    return found
