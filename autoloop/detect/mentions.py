"""Commands that the project itself names: in its CI workflows first, in its documents second.

They are evidence for ranking, never taken over as they stand: what a document says is data, not an order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from autoloop.detect.bodies import commands
from autoloop.detect.tree import Tree

CI = re.compile(
    r"^(\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci/config\.yml|\.travis\.yml|\.cirrus\.yml"
    r"|azure-pipelines\.ya?ml|appveyor\.yml|\.buildkite/[^/]+\.ya?ml|bitbucket-pipelines\.yml)$"
)
_DOCUMENT = re.compile(
    r"(?i)^((readme|contributing|hacking|development|developing|benchmarks?|program|performance)(\.(md|rst|txt|markdown))?"
    r"|(agents|claude|gemini)\.md|(\.github|docs?)/(contributing|development|benchmarks?)\.(md|rst)"
    r"|(bench|benches|benchmarks?|perf)/readme(\.(md|rst))?)$"
)
_RUN_KEYS = frozenset({"run", "script", "before_script", "command", "bash", "cmd", "test_script", "commands"})
_FENCE = re.compile(r"[ \t]*(```+|~~~+)[ \t]*([\w+-]*)")
_SHELLS = frozenset({"", "sh", "bash", "shell", "console", "zsh", "shell-session", "text", "terminal", "shellsession"})
_INDENTED = re.compile(r"(?: {2,}|\t)(\$ .|(?:python3?|pytest|make|cargo|go|npm|node|uv|tox|nox|bundle|mix|cmake) )")
_DEPTH = 12
_DOCUMENT_SIZE = 200_000


class Mention(msgspec.Struct, frozen=True):
    """One command line the project names, and where."""

    command: str
    file: str
    line: int | None
    kind: str


def read_mentions(tree: Tree) -> tuple[Mention, ...]:
    """Command lines of the CI files and of the documents near the root; CI first."""
    ci = [path for path in tree.files if CI.match(path)]
    documents = [path for path in tree.files if _DOCUMENT.match(path)]
    return (
        *(mention for path in ci[:40] for mention in _from_ci(tree, path)),
        *(mention for path in documents[:20] for mention in _from_document(tree, path)),
    )


def _from_ci(tree: Tree, path: str) -> Iterator[Mention]:
    text = tree.text(path)
    lines = text.splitlines()
    for command in _run_steps(tree.yaml(path), _DEPTH):
        start = command.split("\n", 1)[0][:60]
        number = next((number for number, line in enumerate(lines, 1) if start in line), None)
        yield Mention(command, path, number, "ci")


def _run_steps(data: object, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    if isinstance(data, list):
        for item in data:
            yield from _run_steps(item, depth - 1)
    elif isinstance(data, dict):
        for key, value in data.items():
            if key in _RUN_KEYS and isinstance(value, str | list):
                texts = [value] if isinstance(value, str) else [item for item in value if isinstance(item, str)]
                yield from (command for text in texts for command in commands(text))
            if isinstance(value, dict | list):
                yield from _run_steps(value, depth - 1)


def _from_document(tree: Tree, path: str) -> Iterator[Mention]:
    lines = tree.text(path)[:_DOCUMENT_SIZE].splitlines()
    numbered = list(_fenced(lines))
    if path.lower().endswith((".rst", ".txt")):
        numbered += [(number, line) for number, line in enumerate(lines, 1) if _INDENTED.match(line)]
    joined: list[str] = []
    for number, line in numbered:
        joined.append(line.removesuffix("\\"))
        if not line.endswith("\\"):
            for command in commands(" ".join(joined)):
                yield Mention(command, path, number - len(joined) + 1, "docs")
            joined = []


def _fenced(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Numbered lines of the code blocks that hold shell commands."""
    fence, shell = "", False
    for number, line in enumerate(lines, 1):
        found = _FENCE.match(line)
        if found and not fence:
            fence, shell = found[1], found[2].lower() in _SHELLS
        elif found and found[1].startswith(fence) and not found[2]:
            fence = ""
        elif fence and shell:
            yield number, line
