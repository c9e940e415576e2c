"""A hermetic repository for tests of the git floor, and a fingerprint of all that is the user's in it."""

from __future__ import annotations

import functools
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from autoloop.git import Change, Remembered, Repository, path_text

LINES = b"".join(b"line %d\n" % number for number in range(1, 13))
LOOP = "refs/autoloop/test"
# assume-unchanged, intent to add, skip-worktree; the other flags are git's own affair
_FLAGS = 0x8000 | 0x20000000 | 0x40000000
_ENTRY = re.compile(rb"(\d{6} [0-9a-f]+ \d)\t([^\0]+)\0(?:  .*\n){4}  size: \d+\tflags: ([0-9a-f]+)\n")


class World:
    """A repository with a user in it, whose files, index and branches must survive."""

    def __init__(self, root: Path, *init: str) -> None:
        self.root = root
        self.work = root / "work"
        self.work.mkdir(parents=True)
        self.git("init", "-q", "-b", "main", *init)
        self.scratch = self.work / ".autoloop" / "scratch"
        self.attempt = 0

    def furnish(self) -> World:
        """Some files of every kind, committed, and some ignored ones."""
        self.write("code.py", LINES)
        self.write("other.txt", b"other\n")
        self.write("dir/inner.txt", b"inner\n")
        self.write("dir/deep/leaf.txt", b"leaf\n")
        self.write("run.sh", b"#!/bin/sh\n", 0o755)
        self.write(".gitignore", b"*.log\nbuild/\n")
        self.link("link", "code.py")
        self.commit("first")
        self.write("debug.log", b"ignored\n")
        self.write("build/out", b"ignored\n")
        self.workspace()
        return self

    def move_to(self, work: Path) -> None:
        """The user goes on in another work tree."""
        self.work = work
        self.scratch = work / ".autoloop" / "scratch"
        self.__dict__.pop("repository", None)
        self.workspace()

    def workspace(self) -> None:
        self.write(".autoloop/.gitignore", b"*\n")
        self.write(".autoloop/state.json", b"{}\n")

    def git(self, *args: str | bytes, stdin: bytes = b"", cwd: Path | None = None, check: bool = True) -> bytes:
        done = subprocess.run(["git", *args], cwd=cwd or self.work, input=stdin, capture_output=True, check=False)
        if check and done.returncode:
            raise AssertionError(f"git {args} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def line(self, *args: str) -> str:
        return self.git(*args).decode().strip()

    def path(self, name: str | bytes) -> Path:
        return self.work / os.fsdecode(name)

    def write(self, name: str | bytes, content: bytes, mode: int = 0o644) -> None:
        file = self.path(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        file.chmod(mode)

    def edit(self, name: str | bytes, old: bytes, new: bytes) -> None:
        file = self.path(name)
        content = file.read_bytes()
        assert old in content
        file.write_bytes(content.replace(old, new))

    def link(self, name: str | bytes, target: str) -> None:
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).symlink_to(target)

    def remove(self, name: str | bytes) -> None:
        self.path(name).unlink()

    def commit(self, message: str, *paths: str) -> str:
        self.git("add", "-A", *paths)
        self.git("commit", "-q", "--no-verify", "-m", message)
        return self.line("rev-parse", "HEAD")

    @functools.cached_property
    def repository(self) -> Repository:
        return Repository.discover(self.work)

    def begin(self) -> Remembered:
        """What `pre` does."""
        self.attempt += 1
        repository = self.repository
        remembered = repository.remember(self.scratch)
        repository.anchor({f"{LOOP}/{self.attempt}/before": remembered.commit})
        return remembered

    def measured(self, before: Remembered) -> tuple[str, tuple[Change, ...]]:
        """What `eval` does."""
        repository = self.repository
        tree = repository.snapshot(self.scratch, since=before).tree
        repository.anchor({f"{LOOP}/{self.attempt}/after": repository.commit_of_tree(tree, (), "after\n")})
        return tree, repository.delta(before.tree, tree)

    @property
    def trash(self) -> str:
        return f"{LOOP}/{self.attempt}/trash"

    def fingerprint(self) -> dict[str, Any]:
        """Everything that is the user's: HEAD, references, index, status, files with bytes and permissions."""
        return {
            "head": self.git("symbolic-ref", "-q", "HEAD", check=False) or self.git("rev-parse", "HEAD"),
            "refs": [line for line in self.git("for-each-ref").splitlines() if b"\trefs/autoloop/" not in line],
            "index": self.index(),
            "status": self.status(),
            "files": files(self.work),
        }

    def status(self) -> list[bytes]:
        """Git's own view, without AutoLoop's directory."""
        listing = self.git("status", "--porcelain=v2", "-z", "-uall", "--ignored", "--no-renames").split(b"\0")
        return sorted(line for line in listing if b" .autoloop/" not in line)

    def index(self) -> dict[bytes, tuple[bytes, int]]:
        listing = self.git("ls-files", "-s", "-z", "--debug")
        return {path: (entry, int(flags, 16) & _FLAGS) for entry, path, flags in _ENTRY.findall(listing)}

    def leftovers(self) -> list[str]:
        """What nobody should find afterwards: lock files, private indexes, copies."""
        scratch = [path.name for path in self.scratch.glob("*") if not (path / "done.json").exists()]
        git_dir = Path(self.line("rev-parse", "--absolute-git-dir"))
        found = (*git_dir.rglob("*.lock"), *git_dir.glob("autoloop*"))
        # locks of killed processes are moved aside on purpose
        return scratch + [path.name for path in found if "autoloop-stale" not in path.parts]


def files(top: Path) -> dict[bytes, tuple[int, bytes]]:
    """Name to permission bits and bytes (or link target) of everything but git's and AutoLoop's own directories."""
    found: dict[bytes, tuple[int, bytes]] = {}
    root = os.fsencode(top)
    for directory, inner, names in os.walk(root):
        if directory == root:
            inner[:] = [name for name in inner if name not in (b".git", b".autoloop")]
        for name in (*inner, *names):
            full = os.path.join(directory, name)
            if os.path.relpath(full, root) == b".git":
                continue
            found[os.path.relpath(full, root)] = _look(full)
    return found


def _look(full: bytes) -> tuple[int, bytes]:
    mode = os.lstat(full).st_mode
    if os.path.islink(full):
        return 0, b"-> " + os.readlink(full)
    if os.path.isdir(full):
        return mode & 0o7777, b"directory"
    if not os.path.isfile(full):
        return mode & 0o7777, b"special"
    return mode & 0o7777, Path(os.fsdecode(full)).read_bytes()


def text(name: bytes) -> str:
    return path_text(name)
