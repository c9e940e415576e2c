"""One benchmark at a time on this machine, and none while the machine is busy with something else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from autoloop.job import Job
from autoloop.machine_lock import machine_lock, wait_for_quiet


@contextmanager
def quiet_machine(job: Job, phase: str) -> Iterator[None]:
    """Hold the machine's benchmark lock; before anything is measured wait, bounded, for other load to pass.

    Raises:
        LockedError: ``machine_busy`` when another benchmark did not end in time.
    """
    rules = job.config.machine

    def tell(text: str) -> None:
        job.tell(phase, text)

    with machine_lock(float(rules.wait), tell):
        if rules.max_load is not None:
            load = wait_for_quiet(rules.max_load, float(rules.load_wait), tell)
            if not load.quiet:
                job.notes.append(f"the machine was {load.busy:.0%} busy with other work: expect more noise")
        yield
