"""Which paths an experiment may change, and what counts as the measuring side (the harness)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from autoloop.paths import DIRECTORY

EVERYTHING = ("**",)

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


def trespass(changed: Iterable[str], editable: Iterable[str], protected: Iterable[str]) -> Trespass:
    """Sort out of ``changed`` what is not editable and what is protected.

    Patterns are gitignore-style. Protected wins over editable; the built-in harness files count as protected unless
    an ``editable`` pattern other than ``**`` names them.
    """
    from pathspec import GitIgnoreSpec

    named = GitIgnoreSpec.from_lines(pattern for pattern in editable if pattern not in EVERYTHING)
    may = GitIgnoreSpec.from_lines(editable)
    must_not = GitIgnoreSpec.from_lines(protected)
    harness = GitIgnoreSpec.from_lines(HARNESS)
    outside, guarded = [], []
    for path in changed:
        if must_not.match_file(path) or (harness.match_file(path) and not named.match_file(path)):
            guarded.append(path)
        elif not may.match_file(path):
            outside.append(path)
    return Trespass(tuple(outside), tuple(guarded))


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
