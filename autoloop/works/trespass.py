"""Whether a change touched what no experiment may touch."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from autoloop import scope
from autoloop.git import Change
from autoloop.job import Job

CODE = "harness_changed"


def trespassed(job: Job, changes: Sequence[Change], tree: str) -> list[tuple[str, str]]:
    """(code, reason) for each trespass of ``changes``, which lead to ``tree``; empty when they keep to their bounds."""
    rules = job.config.scope
    paths = [change.path for change in changes]
    found = scope.trespass(paths, rules.editable, rules.protected)
    reasons = [
        (CODE, f"{path} is protected: candidates are judged by the baseline's harness") for path in found.protected
    ]
    reasons += [("out_of_scope", f"{path} is outside [scope] editable") for path in found.outside]
    reasons += [(CODE, f"{path} is what a protected link points to") for path in _behind_links(job, paths)]
    reasons += [
        (CODE, f"{path} is not as it was when the baseline was measured; if that is meant: autoloop baseline")
        for path in displaced(job, tree)
        if path not in paths
    ]
    new = [change.path for change in changes if change.old_oid is None]
    return reasons + [(CODE, f"{path} would shadow a module of the harness") for path in _shadowing(job, new)]


def displaced(job: Job, tree: str) -> tuple[str, ...]:
    """Protected files that differ from those the baseline was measured with; not what the eval itself rewrites."""
    baseline, rules = job.record.baseline, job.config.scope
    if baseline is None or not baseline.tree:
        return ()
    changes = [c for c in job.repository.delta(baseline.tree, tree) if c.path not in baseline.litter]
    known = [change.path for change in changes if change.old_oid is not None]
    new = [change.path for change in changes if change.old_oid is None]
    old = scope.trespass(known, rules.editable, rules.protected).protected
    return (*old, *scope.trespass(new, rules.editable, ()).protected)


def _before(job: Job) -> str:
    return job.record.experiment.before if job.record.experiment else ""


def _protected(job: Job, paths: Collection[str]) -> tuple[str, ...]:
    rules = job.config.scope
    return scope.trespass(paths, rules.editable, rules.protected).protected


def _behind_links(job: Job, paths: Collection[str]) -> list[str]:
    """Changed paths that a protected symbolic link leads to."""
    links = job.repository.links(_before(job)) if job.config.scope.protected else {}
    targets = {links[path] for path in _protected(job, links)}
    return [path for path in paths if any(path == target or path.startswith(f"{target}/") for target in targets)]


def _shadowing(job: Job, new: Sequence[str]) -> tuple[str, ...]:
    """New files that Python would import in place of a protected module, or of one that a protected module imports."""
    if not any(path.endswith(scope.IMPORTABLE) for path in new):
        return ()
    files = job.repository.files(_before(job))
    harness = [path for path in _protected(job, files) if path.endswith(".py")]
    sources = job.repository.contents(_before(job), harness).values()
    return scope.shadows(new, harness, files, scope.imported(sources))
