"""The miniature repositories of ``cases/*.toml``: making them, and judging a scan's answer against the expected one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autoloop.detect import Inference

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """One repository: its ecosystem (the file it stands in), its files and what an expert would answer."""

    name: str
    ecosystem: str
    files: dict[str, str]
    expected: dict[str, Any]

    @property
    def measurable(self) -> bool:
        return self.expected["eval"] != "none"

    def create(self, root: Path) -> Path:
        for name, text in self.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return root


@dataclass
class Mark:
    """Where an answer was right and what was wrong with it."""

    eval_right: bool = True
    claimed: bool = False
    tests_right: bool = True
    manager_right: bool = True
    extractable: bool = False
    trapped: bool = False
    problems: list[str] = field(default_factory=list)

    def check(self, holds: bool, problem: str) -> bool:
        if not holds:
            self.problems.append(problem)
        return holds


def load() -> list[Case]:
    found = []
    for path in sorted(CASES.glob("*.toml")):
        for entry in tomllib.loads(path.read_text())["case"]:
            files = entry.pop("files")
            # keys written below a [case.files] header belong to the case, when they are no text
            stray = {key: files.pop(key) for key in list(files) if not isinstance(files[key], str)}
            found.append(Case(entry.pop("name"), path.stem, files, {**entry, **stray}))
    return found


def judge(case: Case, answer: Inference) -> Mark:
    mark, expected = Mark(), case.expected
    best = answer.evals[0] if answer.evals else None
    accepted = [*_listed(expected["eval"]), *expected.get("also", [])]
    mark.claimed = best is not None
    command = best.command if best else "none"
    mark.eval_right = mark.check(command in accepted, f"eval {command!r}, expected {accepted}")
    _judge_details(mark, expected, best)
    rails = {rail.name: rail.command for rail in answer.guardrails}
    tests = rails.get("tests", "none")
    mark.tests_right = mark.check(tests in _listed(expected["tests"]), f"tests {tests!r}, expected {expected['tests']}")
    for key, name in (("lint", "lint"), ("types", "types"), ("compiles", "compiles"), ("format_check", "format")):
        if key in expected:
            mark.check(rails.get(name) in expected[key], f"{name} {rails.get(name)!r}, expected {expected[key]}")
    manager = answer.package_manager
    right = manager == expected["package_manager"] or expected.get("any_manager", False)
    mark.manager_right = mark.check(right, f"manager {manager!r}, expected {expected['package_manager']!r}")
    every = [one.command for one in answer.evals] + list(rails.values())
    hit = [word for word in expected.get("never", []) for line in every if word in f"{line}\n"]
    mark.trapped = not mark.check(not hit, f"trap {hit} in {every}")
    _judge_words(mark, expected, answer)
    mark.extractable = best is not None and bool(best.primary_metric)
    return mark


def _judge_details(mark: Mark, expected: dict[str, Any], best: Any) -> None:
    if best is None:
        return
    for key, value in (("format", best.format), ("metric", best.primary_metric), ("direction", best.direction)):
        if key in expected:
            mark.check(value == expected[key], f"{key} {value!r}, expected {expected[key]!r}")
    if "confidence" in expected:
        mark.check(best.confidence == expected["confidence"], f"confidence {best.confidence}")
    if "build" in expected:
        mark.check(expected["build"] in best.build, f"build {best.build!r}")


def _judge_words(mark: Mark, expected: dict[str, Any], answer: Inference) -> None:
    texts = {
        "reasons": " ".join(answer.reasons),
        "skipped": " ".join(answer.skipped),
        "suggestions": " ".join(one.label for one in answer.suggestions),
    }
    for key, text in texts.items():
        for word in expected.get(key, []):
            mark.check(word in text, f"{word!r} not in {key}: {text}")
    for path in expected.get("protected", []):
        mark.check(_covered(path, answer.protected), f"{path} not protected: {answer.protected}")
    for path in expected.get("unprotected", []):
        mark.check(not _covered(path, answer.protected), f"{path} is protected")
    if "editable" in expected:
        mark.check(list(answer.editable) == expected["editable"], f"editable {answer.editable}")


def _covered(path: str, patterns: tuple[str, ...]) -> bool:
    return path in patterns or any(pattern.endswith("/**") and path.startswith(pattern[:-2]) for pattern in patterns)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
