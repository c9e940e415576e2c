"""Which paths an experiment may change, and what counts as the measuring side (the harness)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import msgspec

from autoloop.paths import DIRECTORY

IMPORTABLE = (".py", ".so", ".pyc")

# What package managers write beside a manifest; usually tracked.
LOCKS = (
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lockb",
    "bun.lock",
    "poetry.lock",
    "pdm.lock",
    "uv.lock",
    "Pipfile.lock",
    "Cargo.lock",
    "go.sum",
    "Gemfile.lock",
    "composer.lock",
)

# Files that decide what the measuring side runs, wherever they are: a new one can shadow or reconfigure the harness.
HARNESS = (
    "conftest.py",
    "pytest.ini",
    "tox.ini",
    "noxfile.py",
    "sitecustomize.py",
    "usercustomize.py",
    "*.pth",
    "pyvenv.cfg",
    "setup.cfg",
    "pyproject.toml",
    ".coveragerc",
    ".env",
    ".envrc",
    "vitest.config.*",
    "vite.config.*",
    "jest.config.*",
    ".npmrc",
    "package.json",
    *LOCKS,
    ".cargo/config.toml",
    f"/{DIRECTORY}/",
)


class Trespass(msgspec.Struct, frozen=True):
    """Changed paths that no experiment may change."""

    outside: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.outside or self.protected)


def trespass(changed: Iterable[str], editable: Collection[str], protected: Collection[str]) -> Trespass:
    """Sort out of ``changed`` what is not editable and what is protected.

    Patterns are gitignore-style. Protected wins over editable; the built-in harness files count as protected unless
    an ``editable`` pattern ends in the file's own name (``web/package.json``, not ``web/**``).
    """
    from pathspec import GitIgnoreSpec

    may, must_not = (GitIgnoreSpec.from_lines(patterns) for patterns in (editable, protected))
    harness = GitIgnoreSpec.from_lines(HARNESS)
    outside, guarded = [], []
    for path in changed:
        if must_not.match_file(path) or (harness.match_file(path) and not _named(path, editable)):
            guarded.append(path)
        elif not may.match_file(path):
            outside.append(path)
    return Trespass(tuple(outside), tuple(guarded))


def _named(path: str, editable: Collection[str]) -> bool:
    from pathspec import GitIgnoreSpec

    own = path.rsplit("/", 1)[-1]
    return GitIgnoreSpec.from_lines(p for p in editable if p.rsplit("/", 1)[-1] == own).match_file(path)


def bad_pattern(pattern: str) -> str:
    """Why ``pattern`` cannot match anything; empty when it can."""
    if pattern.strip() and not set(pattern) & set("[]!\\#"):
        return "" if pattern.strip("/ ") else f"{pattern!r} matches nothing"
    from pathspec import GitIgnoreSpec

    try:
        compiled = GitIgnoreSpec.from_lines([pattern]).patterns
    except (ValueError, re.error) as error:
        return f"{pattern!r} is not a pattern: {error}"
    return "" if compiled and compiled[0].include is not None else f"{pattern!r} matches nothing"


def imported(sources: Iterable[bytes]) -> set[str]:
    """Top-level names that Python sources import; one that is no Python imports nothing."""
    import ast

    names: set[str] = set()
    for source in sources:
        try:
            nodes = list(ast.walk(ast.parse(source)))
        except (SyntaxError, ValueError):
            continue
        names |= {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        names |= {(n.module or "").split(".")[0] for n in nodes if isinstance(n, ast.ImportFrom) and not n.level}
    return names


def shadows(
    new: Collection[str], harness: Iterable[str], files: Iterable[str] = (), imports: Collection[str] = ()
) -> tuple[str, ...]:
    """New files that Python would import in place of what the harness means.

    ``bench/data.py`` is shadowed by ``data.py`` beside the working directory, or by ``bench/data/__init__.py``; the
    ``statistics`` that it imports by a ``statistics.py`` in any directory that is not a package.

    Args:
        new: paths of new files.
        harness: the protected Python files.
        files: every file of the incumbent.
        imports: top-level names that the harness imports.
    """
    own = {_module(path) for path in harness if path.endswith(".py")} - {"__init__", ""}
    files = tuple(files)
    foreign = set(imports) - {_module(path) for path in files if path.endswith(IMPORTABLE)}
    packages = {path.rpartition("/")[0] for path in (*files, *new) if path.endswith("/__init__.py")}
    return tuple(
        path
        for path in new
        if path.endswith(IMPORTABLE)
        and (_module(path) in own or (_module(path) in foreign and _home(path) not in packages))
    )


def _module(path: str) -> str:
    parts = path.split("/")
    stem = parts[-1].split(".")[0]
    return parts[-2] if stem == "__init__" and len(parts) > 1 else stem


def _home(path: str) -> str:
    """The directory that has to be on Python's path for this file to be a top-level module."""
    parts = path.split("/")
    return "/".join(parts[: -2 if parts[-1].startswith("__init__.") else -1])
