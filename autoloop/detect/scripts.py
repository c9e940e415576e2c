"""Scripts that speak the METRIC protocol, and shell scripts that are named as benchmarks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autoloop.detect.bodies import quote, wants_service
from autoloop.detect.repository import Repository
from autoloop.detect.sniff import printed
from autoloop.detect.sources import needs_arguments, yielding
from autoloop.detect.words import Candidate, Evidence, Finding

_PLACES = (
    r"^((scripts?|tools?|bench|benches|benchmarks?|perf|ci|hack|eval|\.ci)/([\w.-]+/)?)?"
    r"[\w.-]+\.(sh|bash|py|m?js|rb|pl|php|lua)$"
)
_METRIC = r"\bMETRIC[ \t]+[A-Za-z_{$%]"
_NAMED = re.compile(
    r"(?i)(^|/)(run[-_])?(bench|benchmarks?|perf|autoresearch|measure|eval)([-_]?all|[-_]?run)?\.(sh|bash)$"
)
_MEASURING = re.compile(
    r"(?i)(^|/)(\w+[-_])?(measure|timing|timings|speed|speedtest|latency|throughput)([-_]\w+)?\.\w+$"
)
_PROGRAMS = {"py": "python3", "js": "node", "mjs": "node", "rb": "ruby", "pl": "perl", "php": "php", "lua": "lua"}


def inspect(repo: Repository) -> Finding | None:
    """Scripts near the root that measure; None without one."""
    paths = list(repo.tree.own(_PLACES))
    speaking = set(repo.tree.grep(paths[:400], _METRIC))
    chosen = [path for path in paths if path in speaking or _NAMED.search(path) or _documented(repo, path)]
    reasons = [f"{path} needs arguments" for path in chosen if needs_arguments(path, repo.tree.text(path))]
    evals = tuple(_candidates(repo, chosen, speaking))
    if not evals and not reasons:
        return None
    return Finding("scripts", weight=0.1, evals=evals, reasons=tuple(reasons))


def _documented(repo: Repository, path: str) -> bool:
    """Whether it is named as if it measured, CI or a document runs it, and it prints a number that means something."""
    named = _MEASURING.search(path) and repo.said(rf"(^|[\s/]){re.escape(path)}\b")
    return bool(named) and any(number.direction for number in printed(repo.tree.text(path)))


def _candidates(repo: Repository, paths: list[str], speaking: set[str]) -> Iterator[Candidate]:
    for path in paths:
        text = repo.tree.text(path)
        if needs_arguments(path, text) or (wants_service(text) and path not in speaking):
            continue
        worth, support = repo.support(re.escape(path))
        plain = Candidate(
            f"{_program(path, text)} {quote(path)}",
            ecosystem="scripts",
            evidence=(Evidence(path, "prints METRIC lines" if path in speaking else "benchmark script"), *support),
            protected=(path,),
            score=(0.85 if path in speaking else 0.5) + worth,
        )
        yield yielding(plain, text)


def _program(path: str, text: str) -> str:
    suffix = path.rpartition(".")[2]
    return _PROGRAMS.get(suffix) or ("bash" if suffix == "bash" or re.match(r"#!.*\bbash\b", text) else "sh")
