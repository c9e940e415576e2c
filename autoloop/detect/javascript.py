"""JavaScript and TypeScript: npm, pnpm, yarn and bun, their workspaces, and Deno."""

from __future__ import annotations

from autoloop.detect import deno
from autoloop.detect.javascript_bench import evals
from autoloop.detect.javascript_packages import LOCK_FILES, SCRIPTS, read_packages
from autoloop.detect.javascript_tests import guardrails
from autoloop.detect.repository import Repository
from autoloop.detect.tree import directory_of
from autoloop.detect.words import Candidate, Evidence, Finding


def inspect(repo: Repository) -> Finding | None:
    """What there is to run in the repository's packages; None where there is no manifest."""
    packages = read_packages(repo)
    if not packages or (deno.configured(repo) and not packages[0].scripts):
        return deno.inspect(repo)
    found: list[Candidate] = []
    reasons: list[str] = []
    for package in packages:
        more, why = evals(repo, package)
        found += more
        reasons += why
    locks = tuple(path for path in repo.tree.named(*LOCK_FILES) if directory_of(path) == packages[0].base)
    return Finding(
        "javascript",
        package_manager=packages[0].manager,
        weight=0.5 if not packages[0].base else 0.35,
        evals=tuple(found),
        guardrails=tuple(guardrails(repo, packages[0])),
        protected=(*locks, *_test_places(repo)),
        evidence=(Evidence(packages[0].file, f"{packages[0].manager} package"),),
        reasons=tuple(reasons),
    )


def _test_places(repo: Repository) -> tuple[str, ...]:
    inner = repo.tree.matching(r"\.(test|spec)\.[mc]?[jt]sx?$|(^|/)__tests__/", *SCRIPTS)
    return ("**/*.test.*", "**/*.spec.*", "**/__tests__/**", "**/__snapshots__/**") if inner else ()
