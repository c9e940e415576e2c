"""Many candidates, one order: whose repository it is, what runs it in CI, and how surely a number can be read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from autoloop.detect.repository import Repository
from autoloop.detect.words import Candidate, Evidence, Finding, GuardrailCandidate

# Findings that are ways to say something, not what a repository is made of.
CROSS_CUTTING = frozenset({"targets", "training", "scripts"})
_SUFFIXES = {
    "python": (".py",),
    "javascript": (".js", ".ts", ".tsx", ".mjs", ".jsx"),
    "rust": (".rs",),
    "go": (".go",),
    "jvm": (".java", ".kt", ".scala"),
    "dotnet": (".cs", ".fs"),
    "cpp": (".c", ".cc", ".cpp", ".h", ".hpp"),
    "ruby": (".rb",),
    "php": (".php",),
    "elixir": (".ex", ".exs"),
    "zig": (".zig",),
    "swift": (".swift",),
}
_KINDS = ("tests", "types", "lint", "vet", "format", "compiles")
_OWNER = 0.1


def ordered(repo: Repository, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings by how much of the repository they are, the owner first; cross-cutting ones last."""
    counts = {finding.ecosystem: len(repo.tree.suffixed(*_SUFFIXES.get(finding.ecosystem, ()))) for finding in findings}
    total = sum(counts.values()) or 1

    def share(finding: Finding) -> float:
        spoken = repo.said(rf"\b{finding.package_manager}\b", "ci") if finding.package_manager else None
        benched = max((candidate.score for candidate in finding.evals), default=0.0)
        own = finding.weight + 0.6 * counts[finding.ecosystem] / total + 0.1 * bool(spoken) + 0.2 * benched
        return own - 9.0 * (finding.ecosystem in CROSS_CUTTING)

    return tuple(sorted(findings, key=share, reverse=True))


def evals(findings: Sequence[Finding]) -> tuple[Candidate, ...]:
    """All candidates, the best first; a task that only repeats what another candidate does directly is left out."""
    owner = findings[0].ecosystem if findings else ""
    found = _well_said([candidate for finding in findings for candidate in finding.evals])
    cited: defaultdict[Evidence, list[Candidate]] = defaultdict(list)
    for candidate in found:
        for place in candidate.evidence[1:]:
            cited[place].append(candidate)
    kept = [candidate for candidate in found if not _repeats(candidate, cited)]
    unique = {candidate.command: candidate for candidate in sorted(kept, key=lambda one: one.score)}
    raised = [_raised(candidate, owner) for candidate in unique.values()]
    return tuple(sorted(raised, key=lambda one: (-one.score, one.command)))


def _well_said(found: Sequence[Candidate]) -> list[Candidate]:
    """Without plain scripts that an ecosystem's own candidate runs as well: it knows the environment, and inherits."""
    plain = {one.evidence[0].file: one for one in found if one.ecosystem == "scripts"}
    said: set[str] = set()
    kept: list[Candidate] = []
    for candidate in found:
        file = candidate.evidence[0].file if candidate.evidence else ""
        if file in plain and candidate.ecosystem not in CROSS_CUTTING and file in candidate.command:
            said.add(file)
            score = max(candidate.score, plain[file].score)
            kept.append(msgspec.structs.replace(candidate, score=score, evidence=plain[file].evidence))
        else:
            kept.append(candidate)
    return [one for one in kept if one.ecosystem != "scripts" or one.evidence[0].file not in said]


def _raised(candidate: Candidate, owner: str) -> Candidate:
    score = candidate.score + _OWNER * (candidate.ecosystem == owner)
    return msgspec.structs.replace(candidate, score=round(score, 3))


def _repeats(task: Candidate, cited: Mapping[Evidence, Sequence[Candidate]]) -> bool:
    """Whether another candidate, whose numbers are known as well as the task's, cites it as support."""
    others = cited.get(task.evidence[0], ()) if task.evidence else ()
    return any(other is not task and other.format != "auto" for other in others)


def guardrails(repo: Repository, findings: Sequence[Finding], best: Candidate | None) -> tuple[GuardrailCandidate, ...]:
    """The owner's best command of each kind; others add their tests where CI runs them or the eval is theirs."""
    if not findings:
        return ()
    owner = findings[0].ecosystem
    chosen: dict[str, GuardrailCandidate] = {}
    for finding in findings:
        ours = finding.ecosystem == owner or finding.ecosystem in CROSS_CUTTING
        measured = best is not None and best.ecosystem == finding.ecosystem
        for guardrail in sorted(finding.guardrails, key=lambda one: -one.score):
            if ours:
                chosen.setdefault(guardrail.name, guardrail)
            elif guardrail.name == "tests" and (measured or _in_ci(repo, guardrail)):
                name = "tests" if "tests" not in chosen else f"tests_{guardrail.ecosystem}"
                chosen.setdefault(name, msgspec.structs.replace(guardrail, name=name))
    if any(name.startswith("tests") for name in chosen):
        chosen.pop("compiles", None)
    return tuple(sorted(chosen.values(), key=lambda one: (_order(one.name), -one.score)))


def other_guardrails(
    findings: Sequence[Finding], chosen: Sequence[GuardrailCandidate]
) -> tuple[GuardrailCandidate, ...]:
    """Every command that was not chosen, the best first."""
    used = {guardrail.command for guardrail in chosen}
    found = (guardrail for finding in findings for guardrail in finding.guardrails)
    unique = {guardrail.command: guardrail for guardrail in found if guardrail.command not in used}
    return tuple(sorted(unique.values(), key=lambda one: -one.score))


def _in_ci(repo: Repository, guardrail: GuardrailCandidate) -> bool:
    tool = guardrail.command.rpartition("&& ")[2].split()[0]
    return repo.said(rf"(^|\s){re.escape(tool.lstrip('./'))}\b.*\btest", "ci") is not None


def _order(name: str) -> int:
    kind = name.partition("_")[0]
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)
