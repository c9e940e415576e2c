"""What a repository and its workspace hold, read without a line of the program: its own reader of the journal included.

A reader's mistake that hides a writer's would go unseen if the program judged itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

from git_world import files

# what a run of the same steps at another time does not have in common with this one
_VOLATILE = {
    "at", "opened", "started", "closed", "taken", "seconds", "eval_time", "durations", "seconds_per_run", "seed",
    "wall", "cpu", "pruned",
    "peak_rss", "usage", "loop", "expected_runs", "remembered", "request", "log", "stdout", "stderr", "group", "refs",
}  # fmt: skip
# the other flags, times and inode numbers are git's and the file system's own affair
_FLAGS = 0x8000 | 0x20000000 | 0x40000000
_ENTRY = re.compile(rb"(\d{6} [0-9a-f]+ \d)\t([^\0]+)\0(?:  .*\n){4}  size: \d+\tflags: ([0-9a-f]+)\n")
_SUM = re.compile(rb',"sum":"([0-9a-f]{32})"\}\n\Z')


class UnsoundError(AssertionError):
    """Something that must never be."""


def journal(home: Path) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """Record, documents and lines as the journal tells them; a torn last line is dropped, as it was never acknowledged.

    Raises:
        UnsoundError: a line is altered, missing or out of order.
    """
    record: dict[str, Any] = {}
    documents: dict[str, Any] = {}
    lines: list[dict[str, Any]] = []
    path = home / "history.jsonl"
    previous = "0" * 32
    for data in path.read_bytes().splitlines(keepends=True) if path.exists() else []:
        found = _SUM.search(data)
        if not data.endswith(b"\n"):
            break
        if found is None or hashlib.sha256(data[: found.start()] + b"}").hexdigest()[:32] != found[1].decode():
            raise UnsoundError(f"line {len(lines) + 1} of the journal is not what was written")
        line = json.loads(data)
        if line["seq"] != len(lines) + 1 or line["prev"] != previous:
            raise UnsoundError(f"line {len(lines) + 1} of the journal does not follow")
        previous = line["sum"]
        lines.append(line)
        _apply(line.get("changes") or {}, record, documents)
    return record, documents, lines


def _apply(changes: dict[str, Any], record: dict[str, Any], documents: dict[str, Any]) -> None:
    record.update(changes.get("record") or {})
    for name in changes.get("dropped") or ():
        record.pop(name, None)
    for name, document in (changes.get("documents") or {}).items():
        documents.pop(name, None)
        if document is not None:
            documents[name] = document


def lasting(value: Any) -> Any:
    """The part of a document that the same steps at another time have in common."""
    if isinstance(value, dict):
        return {key: lasting(each) for key, each in value.items() if key not in _VOLATILE}
    if isinstance(value, list):
        return [lasting(each) for each in value]
    return value


class Repository:
    """A work tree to be judged."""

    def __init__(self, root: Path, env: dict[str, str]) -> None:
        self.root = root
        self.env = {**env, "GIT_OPTIONAL_LOCKS": "0"}

    def git(self, *arguments: str, check: bool = True) -> bytes:
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=self.env, capture_output=True, check=False, stdin=subprocess.DEVNULL
        )
        if check and done.returncode:
            raise UnsoundError(f"git {arguments}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def picture(self) -> dict[str, Any]:
        """What two legal runs have in common: the user's files, index and branches, the record, what was tried."""
        record, documents, _ = journal(self.root / ".autoloop")
        return {
            "head": self.git("rev-parse", "--symbolic-full-name", "HEAD") + self.git("rev-parse", "HEAD"),
            "branches": self.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags"),
            "index": self.index(),
            "files": files(self.root),
            "record": lasting(record),
            "documents": lasting(documents),
            "held": self.held(),
        }

    def index(self) -> dict[bytes, tuple[bytes, int]]:
        listing = self.git("ls-files", "-s", "-z", "--debug")
        return {path: (entry, int(flags, 16) & _FLAGS) for entry, path, flags in _ENTRY.findall(listing)}

    def held(self) -> dict[str, str]:
        """The trees that refs of this loop hold, by the end of the ref's name."""
        listing = self.git("for-each-ref", "--format=%(refname) %(tree)", "refs/autoloop").decode()
        pairs = (line.split(" ") for line in listing.splitlines())
        return {name.split("/", 3)[3]: tree for name, tree in pairs if not name.endswith(("/journal", "/rest"))}

    def check(self) -> None:
        """Whatever happened, these hold after recovery.

        Raises:
            UnsoundError: one does not.
        """
        self._check_derived()
        self._check_git()
        self._check_litter()

    def _check_derived(self) -> None:
        home = self.root / ".autoloop"
        record, documents, lines = journal(home)
        if not lines:
            return
        state = json.loads((home / "state.json").read_bytes())
        if state["record"] != record:
            raise UnsoundError("state.json is not what the journal says")
        for name, document in documents.items():
            if json.loads((home / f"{name}.json").read_bytes())["document"] != document:
                raise UnsoundError(f"{name}.json is not what the journal says")
        stray = {f"{path.parent.name}/{path.stem}" for path in home.glob("experiments/*.json")} - documents.keys()
        if stray:
            raise UnsoundError(f"files of no document: {stray}")

    def _check_git(self) -> None:
        said = self.git("fsck", "--strict", "--no-dangling", "--no-progress")
        if said.strip():
            raise UnsoundError(said.decode())
        trailers = self.git(
            "log", "--all", "--format=%H%x00%(trailers:key=AutoLoop-Experiment,valueonly)%x00%T"
        ).decode()
        main = self.git("log", "--format=%(trailers:key=AutoLoop-Experiment,valueonly)", "HEAD").decode().split()
        twice = [number for number, times in Counter(main).items() if times > 1]
        if twice:
            raise UnsoundError(f"committed twice: {twice}\n{trailers}")

    def _check_litter(self) -> None:
        left = litter(self.root)
        if left:
            raise UnsoundError(f"left behind: {left}")


def litter(root: Path) -> list[str]:
    """Locks, temporary files and private copies that nobody needs any more.

    Not counted: ``tmp_obj_*`` (git's own, which ``git gc`` removes), and locks of killed processes that were moved
    aside on purpose.
    """
    git_dir = root / ".git"
    found = [path for path in git_dir.rglob("*.lock") if "autoloop-stale" not in path.parts]
    found += [path for path in git_dir.iterdir() if path.name.startswith("autoloop") and path.name != "autoloop-stale"]
    found += list((git_dir / "worktrees").glob("*"))
    home = root / ".autoloop"
    found += list(home.glob(".new*"))
    found += [path for path in home.glob("scratch/*") if not (path / "done.json").exists()]
    found += list(root.rglob(".autoloop-*"))
    return sorted(os.fspath(path.relative_to(root)) for path in found)
