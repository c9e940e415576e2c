"""Whether a change touched what no experiment may touch."""

from __future__ import annotations

from collections.abc import Sequence

from autoloop import scope
from autoloop.git import Change
from autoloop.job import Job


def trespassed(job: Job, changes: Sequence[Change]) -> list[tuple[str, str]]:
    """(code, reason) for each trespass, empty when the change keeps to its bounds."""
    rules = job.config.scope
    paths = [change.path for change in changes]
    new = [change.path for change in changes if change.old_oid is None]
    found = scope.trespass(paths, rules.editable, rules.protected)
    reasons = [
        ("harness_changed", f"{path} is protected: candidates are judged by the baseline's harness")
        for path in found.protected
    ]
    reasons += [("out_of_scope", f"{path} is outside [scope] editable") for path in found.outside]
    protected = _protected_files(job, rules.protected) if any(path.endswith(".py") for path in new) else ()
    reasons += [
        ("harness_changed", f"{path} would shadow a protected module") for path in scope.shadows(new, protected)
    ]
    return reasons


def _protected_files(job: Job, patterns: Sequence[str]) -> tuple[str, ...]:
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec.from_lines(patterns)
    experiment = job.record.experiment
    tree = experiment.before if experiment else ""
    return tuple(path for path in job.repository.files(tree) if spec.match_file(path))
