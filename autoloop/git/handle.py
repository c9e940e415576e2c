"""A discovered repository: where it is, how its objects are named, and git run in it."""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import Any

import msgspec

from autoloop.git.process import Answer, Call, run
from autoloop.paths import DIRECTORY

_PRIVATE = "git-"
_IDENTITY_OF_SNAPSHOTS = ("AutoLoop", "autoloop@localhost")


class Git(msgspec.Struct, frozen=True, dict=True):
    """One work tree of one repository.

    Attributes:
        root: top of the work tree, absolute.
        git_dir: this work tree's git directory.
        common_dir: the directory shared by all work trees; the same as ``git_dir`` but in a linked work tree.
        algorithm: ``sha1`` or ``sha256``.
        version: git's version.
    """

    root: Path
    git_dir: Path
    common_dir: Path
    algorithm: str
    version: tuple[int, ...]

    def run(self, *args: str, **given: Any) -> bytes:  # noqa: ANN401 - the fields of Call
        """What git prints; raises ``GitError`` (see ``process.run``)."""
        return self.ask(*args, **given).out

    def line(self, *args: str, **given: Any) -> str:  # noqa: ANN401 - the fields of Call
        """What git prints, as text without the line end."""
        return self.run(*args, **given).decode().rstrip("\n")

    def ask(self, *args: str, **given: Any) -> Answer:  # noqa: ANN401 - the fields of Call
        """The whole answer, for callers to whom the exit code says something.

        ``own_objects`` works on the repository's own objects alone, whatever is stored elsewhere.
        """
        given.setdefault("cwd", self.root)
        elsewhere = None if given.pop("own_objects", False) else self.objects
        if elsewhere is not None:
            given["env"] = self._with_objects(elsewhere) | dict(given.get("env") or {})
        return run(Call(args, **given), self.version)

    @property
    def objects(self) -> Path | None:
        """Where new objects go because git's own directory cannot be written (see ``overlay``); None when it can."""
        folder = self.root / DIRECTORY / "objects"
        return folder if folder.is_dir() else None

    def _with_objects(self, folder: Path) -> dict[str, str]:
        own = os.fspath(self.common_dir / "objects")
        quoted = "".join(f"\\{letter}" if letter in '"\\' else letter for letter in own)
        return {"GIT_OBJECT_DIRECTORY": os.fspath(folder), "GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{quoted}"'}

    @property
    def zero(self) -> str:
        """The object id that means none."""
        return "0" * (hashlib.new(self.algorithm, usedforsecurity=False).digest_size * 2)

    @functools.cached_property
    def empty_tree(self) -> str:
        """The tree without files, written so that it can be named."""
        return self.line("mktree", stdin=b"")

    def config(self) -> Mapping[str, str]:
        """Git's configuration as it applies here: lower-case section and key, the last value wins."""
        pairs = (
            item.partition("\n") for item in self.run("config", "-z", "--list").decode(errors="replace").split("\0")
        )
        return {key: value if equals else "true" for key, equals, value in pairs if key}

    def user_config(self, key: str) -> str | None:
        """A value of the configuration without the options that we add to every call."""
        said = self.ask("config", "--get", key, hooks=True, ok=(0, 1))
        return said.out.decode(errors="replace").rstrip("\n") or None

    def flag(self, key: str) -> bool:
        """A boolean of the configuration, false when it is not set."""
        return self.config().get(key, "false").lower() in {"true", "yes", "on", "1"}

    def within(self, index: Path, work_tree: Path | None = None) -> dict[str, str]:
        """The environment for a call with an index of its own, and maybe a work tree of its own."""
        own = {"GIT_INDEX_FILE": os.fspath(index)}
        if work_tree is not None:
            own |= {"GIT_DIR": os.fspath(self.git_dir), "GIT_WORK_TREE": os.fspath(work_tree)}
        return own

    def blob_of(self, content: bytes) -> str:
        """The object id of these bytes, computed without git."""
        return self.hash_blob(len(content), [content])

    def hash_blob(self, size: int, chunks: Iterable[bytes]) -> str:
        """The object id of a blob of ``size`` bytes that come in chunks."""
        digest = hashlib.new(self.algorithm, b"blob %d\0" % size, usedforsecurity=False)
        for chunk in chunks:
            digest.update(chunk)
        return digest.hexdigest()


@contextmanager
def private(scratch: Path) -> Iterator[Path]:
    """A directory of one's own below ``scratch``, removed afterwards; what dead processes left there goes first."""
    scratch.mkdir(parents=True, exist_ok=True)
    sweep(scratch)
    made = Path(tempfile.mkdtemp(prefix=f"{_PRIVATE}{os.getpid()}-", dir=scratch))
    try:
        yield made
    finally:
        rmtree(made, ignore_errors=True)


def sweep(scratch: Path) -> None:
    """Remove the private directories of dead processes."""
    for left in scratch.glob(f"{_PRIVATE}*"):
        owner = left.name.removeprefix(_PRIVATE).partition("-")[0]
        if not (owner.isdigit() and _lives(int(owner))):
            rmtree(left, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def snapshot_identity() -> dict[str, str]:
    """Who anchored snapshots are committed as: they are nobody's work yet, and need no configured identity."""
    name, email = _IDENTITY_OF_SNAPSHOTS
    return {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", name), ("EMAIL", email))
    }
