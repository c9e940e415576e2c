"""The incumbent in a private git worktree (``reference = "worktree"``): nothing of the work tree is ever exchanged."""

from __future__ import annotations

from autoloop.errors import CommandError
from autoloop.job import Job
from autoloop.outcomes import Arm
from autoloop.sampler import Sampler
from autoloop.works.sides import Warmth, built


class WorktreeSides:
    """The candidate where it is, the incumbent checked out below ``.autoloop/scratch``.

    Args:
        sampler: measures the work tree.
        job: journals the process groups.
        before: tree of the incumbent.
    """

    def __init__(self, sampler: Sampler, job: Job, before: str) -> None:
        self.candidate = sampler
        self.job = job
        self.before = before
        self.path = job.workspace.layout.scratch / "incumbent"
        self._incumbent: Sampler | None = None
        self._warmth = Warmth()

    def show(self, arm: Arm) -> Sampler:
        """The sampler of ``arm``'s directory, built when first asked for.

        Raises:
            CommandError: ``setup_failed`` or ``build_failed``.
        """
        sampler = self.candidate if arm == "candidate" else self._checked_out()
        if self._warmth.is_cold(arm):
            built(sampler, arm)
            self._warmth.warm_up(sampler, arm)
        return sampler

    def close(self) -> None:
        """Remove the private worktree."""
        if self._incumbent is not None:
            self.job.repository.remove_worktree(self.path)
            self._incumbent = None

    def _checked_out(self) -> Sampler:
        if self._incumbent is None:
            self._incumbent = checked_out(self.job, self.before, "incumbent", self.candidate)
        return self._incumbent


def checked_out(job: Job, tree: str, name: str, like: Sampler) -> Sampler:
    """A sampler of ``tree`` in a fresh private worktree, set up but not built.

    Raises:
        CommandError: ``setup_failed``.
    """
    path = job.workspace.layout.scratch / name
    commit = job.repository.commit_of_tree(tree, (), f"autoloop: {name}")
    job.repository.anchor({f"refs/autoloop/{job.record.loop}/worktree": commit})
    job.repository.add_worktree(path, commit)
    sampler = Sampler.of(job, like.folder, path)
    sampler.count = like.count + 1000 * (name != "candidate")  # names of raw output must not collide
    wrong = sampler.setup()
    if wrong:
        job.repository.remove_worktree(path)
        raise CommandError(
            "setup_failed",
            "The setup of the private worktree failed.",
            why=wrong,
            fix='mend [eval] setup in .autoloop/config.toml, or use reference = "swap"',
        )
    return sampler
