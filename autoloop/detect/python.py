"""Python: managers, test runners, benchmark tools."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from autoloop.detect import parse
from autoloop.detect.python_bench import build, evals
from autoloop.detect.python_project import MANIFESTS, PythonProject, read_project
from autoloop.detect.python_tasks import python_tasks
from autoloop.detect.python_tests import guardrails
from autoloop.detect.repository import Repository
from autoloop.detect.targets import task_evals, task_guardrails
from autoloop.detect.tree import at, is_sample
from autoloop.detect.words import Evidence, Finding, GuardrailCandidate

_EXTENSION = re.compile(r"maturin|setuptools_rust|scikit_build_core|mesonpy")
_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pixi.lock")


def inspect(repo: Repository) -> Finding | None:
    """What there is to run in the repository's Python project; None where there is none worth the name."""
    sources = [path for path in repo.tree.suffixed(".py") if not is_sample(path)]
    manifests = [path for path in repo.tree.named(*MANIFESTS) if not is_sample(path)]
    if not sources:
        return None
    project = read_project(repo)
    locks = tuple(at(project.base, lock) for lock in _LOCKS if at(project.base, lock) in repo.tree)
    tasks = tuple(python_tasks(repo, project))
    named, reasons = task_evals(repo, tasks, "python")
    return Finding(
        "python",
        package_manager=project.manager,
        # an extension module's sources outweigh the package they are for
        weight=0.5 + bool(_EXTENSION.match(parse.string(project.settings, "build-system", "build-backend"))),
        evals=(*evals(repo, project), *named),
        guardrails=(*_rebuilt(repo, project), *task_guardrails(tasks, "python", 0.4)),
        reasons=tuple(reasons),
        protected=(*locks, *(path for path in repo.tree.named("conftest.py") if "/" not in path), *_loose_tests(repo)),
        evidence=tuple(Evidence(path, "Python project") for path in manifests[:1]),
    )


def _loose_tests(repo: Repository) -> Iterator[str]:
    """Patterns for test files that lie among the sources, not in a directory of tests."""
    for name, pattern in (
        ("**/test_*.py", r"^(?!(.*/)?tests?/)(.*/)?test_[^/]+\.py$"),
        ("**/*_test.py", r"_test\.py$"),
    ):
        if repo.tree.own(pattern, ".py"):
            yield name


def _rebuilt(repo: Repository, project: PythonProject) -> Iterator[GuardrailCandidate]:
    """The guardrails; tests of an extension module build it first, or they would test the one from before the edit."""
    made = build(repo, project)
    for guardrail in guardrails(repo, project):
        if made and guardrail.name == "tests":
            first = f"({made})" if project.base else made
            yield msgspec.structs.replace(guardrail, command=f"{first} && {guardrail.command}")
        else:
            yield guardrail
