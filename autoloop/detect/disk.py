"""Looking at a directory that nobody vouches for: bounded, following no links, opening nothing but regular files."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

MAX_FILES = 100_000
_IGNORE_FILE = 64 * 1024
_STARS = 4

# Never the project's own sources: dependencies, caches and build output, by the name of the directory.
_HEAVY = re.compile(
    r"node_modules|bower_components|jspm_packages|vendor|third[_-]?party|3rdparty|Pods|site-packages|venv|dist|htmlcov"
    r"|coverage|__pycache__|__pypackages__|zig-cache|zig-out|elm-stuff|dist-newstyle|DerivedData|_build|bazel-\w+"
)
# Build output only where the manifest that makes it stands beside it.
_OUTPUT = {
    "target": ("Cargo.toml", "pom.xml", "build.sbt"),
    "build": ("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts", "pubspec.yaml"),
    "deps": ("mix.exs",),
    "obj": (".csproj", ".fsproj"),
}
_HIDDEN_BUT_OURS = frozenset({".github", ".circleci", ".gitlab", ".config", ".ci", ".cargo", ".buildkite"})
# Files that say "everything beside me was generated".
_GENERATED_HERE = frozenset({"pyvenv.cfg", "CACHEDIR.TAG", "conda-meta"})


def head(path: str, limit: int) -> str:
    """The first ``limit`` bytes of a regular file as text, undecodable bytes replaced, line ends unified.

    Raises:
        OSError: it cannot be read, or is a link or no regular file.
    """
    # O_NONBLOCK: a pipe where a file is expected must not hang the scan
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "not a regular file")
        raw = os.read(handle, min(limit, status.st_size))
    finally:
        os.close(handle)
    wide = raw[:2] in {b"\xff\xfe", b"\xfe\xff"}
    return raw.decode("utf-16" if wide else "utf-8-sig", "replace").replace("\r\n", "\n")


class Walk:
    """One breadth-first walk, so that what is near the root is seen even when the time runs out.

    Args:
        root: where it begins.
        expired: asked before every directory; once it is true, the walk ends.
        note: told of everything that was left out and could matter.
    """

    def __init__(self, root: Path, expired: Callable[[], bool], note: Callable[[str], None]) -> None:
        self._root = root
        self._expired = expired
        self._note = note
        self._ignored = _ignored_directories(root)

    def files(self) -> list[str]:
        """Relative paths of regular files, shallow ones first."""
        files: list[str] = []
        level = [""]
        while level:
            below: list[str] = []
            for directory in level:
                if self._expired() or len(files) > MAX_FILES:
                    self._note(f"scan stopped after {len(files)} files: deeper directories were not seen")
                    return files
                names, directories = self._list(directory)
                files += names
                below += directories
            level = below
        return files

    def _list(self, directory: str) -> tuple[list[str], list[str]]:
        try:
            with os.scandir(f"{self._root}/{directory}") as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            self._note(f"{directory or '.'}: {error.strerror or 'unreadable'}")
            return [], []
        beside = {entry.name for entry in entries}
        if directory and beside & _GENERATED_HERE:
            return [], []
        prefix = f"{directory}/" if directory else ""
        usable = [entry for entry in entries if self._sayable(prefix + entry.name)]
        inner = [prefix + entry.name for entry in usable if _is_directory(entry) and _is_source(entry.name, beside)]
        files = [prefix + entry.name for entry in usable if entry.is_file(follow_symlinks=False)]
        return files, [path for path in inner if not self._ignored(path)]

    def _sayable(self, path: str) -> bool:
        """Names that no command line and no config file can carry are left alone, and mentioned."""
        if path.isprintable():
            return True
        self._note("".join(c if c.isprintable() else "?" for c in path) + ": unusable name")
        return False


def _is_directory(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _is_source(name: str, beside: set[str]) -> bool:
    if _HEAVY.fullmatch(name) or (name.startswith(".") and name not in _HIDDEN_BUT_OURS):
        return False
    return name not in _OUTPUT or not any(other.endswith(_OUTPUT[name]) for other in beside)


def _ignored_directories(root: Path) -> Callable[[str], bool]:
    """The root ``.gitignore``, for directories; patterns with many stars are left out: they can take for ever."""
    from pathspec import GitIgnoreSpec

    try:
        lines = head(f"{root}/.gitignore", _IGNORE_FILE).splitlines()[:1000]
        spec = GitIgnoreSpec.from_lines([line for line in lines if line.count("*") <= _STARS])
    except (OSError, ValueError):
        return lambda _: False
    return lambda path: spec.match_file(f"{path}/")
