"""What a command leaves in the work tree while doctor proves it: named, and put back where it rewrote tracked files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from autoloop import scope
from autoloop.git import Change, DiscardPlan
from autoloop.job import Job
from autoloop.outcomes import Check
from autoloop.paths import slug

_SHOWN = 5


def put_back(job: Job) -> None:
    """Finish putting back what a command had rewritten, where an earlier process had begun to."""
    if plan := job.planned(DiscardPlan):
        job.repository.apply_discard(plan, job.workspace.layout.scratch)


class Watch:
    """The work tree before and after each command.

    Args:
        job: doctor's work; what is put back is journalled in it first.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.scratch = job.workspace.layout.scratch
        put_back(job)
        self.before = job.repository.remember(self.scratch, max_file_bytes=job.largest_file)
        self.tree = self.before.tree

    def look(self, name: str, what: str) -> Iterator[Check]:
        """The checks on what has changed since the last look; ``what`` has just been run."""
        repository = self.job.repository
        now = repository.snapshot(self.scratch, since=self.before, max_file_bytes=self.job.largest_file).tree
        changes = repository.delta(self.tree, now)
        rewritten = [change for change in changes if change.old_oid is not None]
        new = [change.path for change in changes if change.old_oid is None]
        if rewritten:
            trash = self._put_back(name, now, rewritten)
            yield self._rewrites(name, what, [change.path for change in rewritten], trash)
        if new:
            yield self._litters(name, what, new)
        if changes:
            self.tree = repository.snapshot(self.scratch, since=self.before, max_file_bytes=self.job.largest_file).tree

    def _put_back(self, name: str, now: str, changes: Sequence[Change]) -> str:
        """Put them back, journalled first; answers the reference that keeps what the command wrote."""
        trash = f"refs/autoloop/{self.job.record.loop}/doctor/{slug(name)}"
        most = self.job.largest_file
        plan = self.job.repository.plan_discard(self.before, now, changes, trash, self.scratch, max_file_bytes=most)
        self.job.remember_plan(plan)
        self.job.repository.apply_discard(plan, self.scratch)
        self.job.remember_plan({})
        return trash

    def _rewrites(self, name: str, what: str, paths: list[str], trash: str) -> Check:
        """A failure, unless the eval wrote only what no experiment may change: that cannot be taken for one."""
        why = f"it rewrote {_listed(paths)}; they were put back, what it wrote is {trash}"
        if name == "eval":
            fix = f"let it write to a place that .gitignore names, or: git rm --cached {paths[0]} and ignore it"
        else:
            table = f"[guardrails.{name}] of .autoloop/config.toml"
            fix = f"in {table} name the form that only looks (--check, without --fix), or delete that table"
        mixed = name != "eval" or len(self._strays(paths)) < len(paths)
        return Check(
            f"rewrites_{name}", "fail" if mixed else "warn", f"{what} changes files that git tracks.", why, fix
        )

    def _strays(self, paths: list[str]) -> list[str]:
        """Those of the paths that no experiment may change."""
        rules = self.job.config.scope
        found = scope.trespass(paths, rules.editable, rules.protected)
        return [*found.protected, *found.outside]

    def _litters(self, name: str, what: str, paths: list[str]) -> Check:
        strays = self._strays(paths)
        why = f"it leaves {_listed(paths)}"
        why += f"; outside the editable paths: {_listed(strays)}" if strays else ""
        locks = [path for path in paths if PurePosixPath(path).name in scope.LOCKS]
        others = [path for path in paths if path not in locks]
        ways = [f"git add {' '.join(locks)} (or ignore it) and commit"] if locks else []
        ways += [f"add to .gitignore: {'  '.join(ignore_entries(others))}"] if others else []
        fix = "; ".join(ways)
        return Check(f"litter_{name}", "warn", f"{what} writes new files into the work tree.", why, fix)


def ignore_entries(paths: Sequence[str]) -> tuple[str, ...]:
    """The shortest ``.gitignore`` lines that cover the paths: a directory of its own, an ending, else the file."""
    entries: dict[str, None] = {}
    for path in paths:
        entries.setdefault(_entry(PurePosixPath(path)))
    return tuple(entries)[:_SHOWN]


def _entry(path: PurePosixPath) -> str:
    cache = next((part for part in path.parts[:-1] if part.startswith((".", "_")) or part in _OUTPUT), "")
    if cache:
        return f"{cache}/"
    return f"*{path.suffix}" if path.suffix in {".pyc", ".o", ".log", ".prof", ".tmp", ".class"} else f"/{path}"


_OUTPUT = frozenset({"target", "build", "dist", "out", "results", "node_modules", "coverage", "obj", "bin", "vendor"})


def _listed(paths: Sequence[str]) -> str:
    return ", ".join(paths[:_SHOWN]) + (f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else "")
