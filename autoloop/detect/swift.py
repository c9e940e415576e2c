"""Swift packages: the package-benchmark plugin, benchmark executables, XCTest and swift-testing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autoloop.detect.bodies import inside
from autoloop.detect.repository import Repository
from autoloop.detect.sources import yielding
from autoloop.detect.tree import at, directory_of, is_sample
from autoloop.detect.words import Candidate, Evidence, Finding, GuardrailCandidate

_EXECUTABLE = re.compile(r"\.executableTarget\(\s*name:\s*\"([\w-]*[Bb]ench[\w-]*)\"")


def inspect(repo: Repository) -> Finding | None:
    """What there is to run in the repository's Swift package; None without one at the root."""
    if "Package.swift" not in repo.tree:
        return None
    tests = repo.tree.grep((p for p in repo.tree.suffixed(".swift") if p.startswith("Tests/")), r"XCTestCase|@Test\b")
    return Finding(
        "swift",
        package_manager="swift",
        evals=tuple(_evals(repo)),
        guardrails=tuple(
            GuardrailCandidate("tests", "swift test", (Evidence(path, "tests"),), "swift", 0.8) for path in tests[:1]
        ),
        protected=tuple(path for path in ("Package.resolved",) if path in repo.tree),
        evidence=(Evidence("Package.swift", "Swift package"),),
    )


def _evals(repo: Repository) -> Iterator[Candidate]:
    for manifest in repo.tree.named("Package.swift"):
        text, home = repo.tree.text(manifest), directory_of(manifest)
        if is_sample(manifest):
            continue
        prefix = at(home, "")
        files = tuple(
            path for path in repo.tree.suffixed(".swift") if re.search(r"(?i)bench", path) and path.startswith(prefix)
        )
        if "package-benchmark" in text:
            yield _candidate(repo, inside(home, "swift package benchmark"), manifest, files, 0.72)
            continue
        for found in _EXECUTABLE.finditer(text):
            yield _candidate(repo, inside(home, f"swift run -c release {found[1]}"), manifest, files, 0.65)


def _candidate(repo: Repository, command: str, manifest: str, files: tuple[str, ...], score: float) -> Candidate:
    worth, support = repo.support(r"swift (package .*benchmark|run .*[Bb]ench)")
    plain = Candidate(
        command,
        timeout="30m",
        ecosystem="swift",
        evidence=(Evidence(manifest, "benchmark target"), *support),
        protected=files,
        score=score + worth,
    )
    return yielding(plain, "\n".join(map(repo.tree.text, files)))
