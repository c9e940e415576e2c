"""Zig: the steps that ``build.zig`` declares."""

from __future__ import annotations

import re

from autoloop.detect import names
from autoloop.detect.repository import Repository
from autoloop.detect.sources import yielding
from autoloop.detect.words import Candidate, Evidence, Finding, GuardrailCandidate

_STEP = re.compile(r"\.step\(\s*\"([\w-]+)\"")


def inspect(repo: Repository) -> Finding | None:
    """What ``build.zig`` at the root offers; None without it."""
    if "build.zig" not in repo.tree:
        return None
    text = repo.tree.text("build.zig")
    steps = [found[1] for found in _STEP.finditer(text)]
    tests = [step for step in steps if names.guards(step) == "tests"]
    return Finding(
        "zig",
        package_manager="zig",
        weight=0.55,
        evals=tuple(_step(repo, text, step) for step in steps if names.measures(step)),
        guardrails=tuple(
            GuardrailCandidate("tests", f"zig build {step}", (repo.seen("build.zig", "step", f'"{step}"'),), "zig", 0.8)
            for step in tests[:1]
        ),
        evidence=(Evidence("build.zig", "Zig build"),),
    )


def _step(repo: Repository, text: str, step: str) -> Candidate:
    """An optimised build, unless the script fixes the mode itself."""
    fixed = "standardOptimizeOption" not in text
    mode = "" if fixed else " -Doptimize=ReleaseFast"
    files = repo.tree.matching(r"(?i)(^|/)bench[\w/-]*\.zig$")
    worth, support = repo.support(rf"zig build {re.escape(step)}\b")
    plain = Candidate(
        f"zig build {step}{mode}",
        ecosystem="zig",
        evidence=(repo.seen("build.zig", f"step `{step}`", f'"{step}"'), *support),
        protected=files,
        score=0.65 + worth,
    )
    return yielding(plain, "\n".join(map(repo.tree.text, files)))
