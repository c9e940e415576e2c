"""What an ecosystem's module is given to look at."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autoloop.detect.mentions import Mention
from autoloop.detect.tasks import Task
from autoloop.detect.tree import Tree
from autoloop.detect.words import Evidence

# What being named by the project adds to a candidate's score: CI is run daily, documents age.
_WORTH = {"ci": 0.15, "docs": 0.05}
_TASK_WORTH = 0.1


@dataclass(frozen=True)
class Repository:
    """A walked tree with the commands that the project names itself."""

    tree: Tree
    mentions: tuple[Mention, ...] = ()
    tasks: tuple[Task, ...] = ()

    def said(self, pattern: str, kind: str = "") -> Mention | None:
        """The first command line in CI, else in the documents, in which the regular expression is found."""
        found = re.compile(pattern).search
        return next((m for m in self.mentions if (not kind or m.kind == kind) and found(m.command)), None)

    def run_in_ci(self, pattern: str) -> tuple[Evidence, ...]:
        """The place where CI runs a command of this pattern; empty where it does not."""
        said = self.said(pattern, "ci")
        return (Evidence(said.file, "CI runs it", said.line),) if said else ()

    def tasked(self, pattern: str) -> Task | None:
        """The first task whose body matches the regular expression."""
        found = re.compile(pattern, re.MULTILINE).search
        return next((task for task in self.tasks if found(task.body)), None)

    def support(self, pattern: str) -> tuple[float, tuple[Evidence, ...]]:
        """How much the project's own commands speak for a candidate, and where they do."""
        mention, task = self.said(pattern), self.tasked(pattern)
        evidence = []
        if mention:
            why = "CI runs" if mention.kind == "ci" else "documented as"
            evidence.append(Evidence(mention.file, f"{why} `{_short(mention.command)}`", mention.line))
        if task:
            evidence.append(Evidence(task.file, f"{task.runner} target `{task.name}` runs it", task.line))
        worth = (_WORTH[mention.kind] if mention else 0.0) + (_TASK_WORTH if task else 0.0)
        return worth, tuple(evidence)

    def seen(self, path: str, why: str, pattern: str = "") -> Evidence:
        """Evidence in a file, at the first line that matches ``pattern``."""
        return Evidence(path, why, self.tree.line(path, pattern) if pattern else None)


def _short(command: str) -> str:
    return command if len(command) <= 80 else f"{command[:77]}..."  # noqa: PLR2004 - a line of a config comment
