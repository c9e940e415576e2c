"""Which paths an experiment may change, and what counts as the measuring side (the harness)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import msgspec

from autoloop.paths import DIRECTORY

# Files that decide what the measuring side runs, wherever they are: a new one can shadow or reconfigure the harness.
HARNESS = (
    "conftest.py",
    "pytest.ini",
    "tox.ini",
    "noxfile.py",
    "sitecustomize.py",
    "usercustomize.py",
    "*.pth",
    "package.json",
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


def shadows(changed: Iterable[str], protected_files: Iterable[str]) -> tuple[str, ...]:
    """New Python modules that would be imported instead of a protected one of the same name.

    ``bench/data.py`` is shadowed by ``data.py`` beside the working directory, or by ``bench/data/__init__.py``.
    """
    names = {_module(path) for path in protected_files if path.endswith(".py")} - {"__init__", ""}
    return tuple(path for path in changed if path.endswith((".py", ".so", ".pyc")) and _module(path) in names)


def _module(path: str) -> str:
    parts = path.split("/")
    stem = parts[-1].split(".")[0]
    return parts[-2] if stem == "__init__" and len(parts) > 1 else stem
