"""The git matrix through the program itself: one row a case, for *keep* and for *discard*.

A row begins in a furnished repository with a proven configuration. The user brings it into the case's state, an
experiment begins, changes files as the case says, is measured, and is kept or discarded. Either it is done exactly, or
it is refused with what, why and what to do, and then nothing of the user's has moved.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from git_cases import CASES, FASTER, Case, commit, edit, git, nothing, write
from git_checks import check_commit, check_index, check_rest, check_restored
from git_world import World
from loop_world import environment

CONFIG = b"""\
[eval]
command = "sh ../bench.sh"
primary_metric = "cost"
direction = "lower_is_better"
unit = "ms"

[machine]
max_load = 64
"""
DONE = {"done", "ignored", "nested", "modes", "moved"}
_PATIENCE = 120
Command = Callable[..., Any]


@dataclass(frozen=True)
class Row:
    """A case, and what only the program can be given.

    Attributes:
        between: what the user does after the measurement.
        env: set for the program; None takes a variable away.
        folder: where in the work tree it is typed.
    """

    case: Case
    between: Callable[[World], object] = nothing
    env: dict[str, str | None] = field(default_factory=dict)
    folder: str = ""

    def __str__(self) -> str:
        return self.case.name


def stranger(world: World) -> None:
    """The repository is somebody else's."""
    for path in (world.work, world.work / ".git"):
        os.chown(path, 12345, 12345)


MINE = edit("other.txt", (b"other", b"mine"))
NAMES = ("NAME", "EMAIL")
NOBODY = {f"GIT_{who}_{what}": None for who in ("AUTHOR", "COMMITTER") for what in NAMES}
EXTRA = (
    Row(Case("typed in a subdirectory", FASTER), folder="dir/deep"),
    Row(Case("GIT_* of a hook in the environment", FASTER),
        env={"GIT_DIR": "/nowhere", "GIT_INDEX_FILE": "/nowhere/index", "GIT_WORK_TREE": "/", "GIT_PREFIX": "x/"}),
    Row(Case("nobody configured as author", FASTER), env=NOBODY),
    Row(Case("edited after the measurement", FASTER, keep="tree_changed", discard="edited"),
        between=edit("code.py", (b"line 2\n", b"LATER\n"))),
    Row(Case("another file edited after the measurement", FASTER, keep="tree_changed", discard="later"), between=MINE),
    Row(Case("staged after the measurement", FASTER), between=git("add", "-A")),
    Row(Case("committed by hand after the measurement", FASTER, mine=MINE, discard="committed"),
        between=git("commit", "-qm", "hand", "other.txt")),
    Row(Case("the experiment committed after the measurement", FASTER, keep="nothing_to_keep", discard="head_moved"),
        between=commit("sneaky", "code.py")),
    Row(Case("branch switched after the measurement", FASTER, keep="head_moved", discard="moved"),
        between=git("checkout", "-q", "-b", "elsewhere")),
    Row(Case("merge begun after the measurement", FASTER, keep="refused", discard="refused"),
        between=lambda w: w.write(".git/MERGE_HEAD", w.git("rev-parse", "HEAD"))),
    Row(Case("reference hook that refuses", FASTER, keep="ref_refused",
             mine=write(".git/hooks/reference-transaction", b"#!/bin/sh\nexit 1\n", 0o755))),
    Row(Case("repository of another owner", FASTER, mine=stranger, keep="unsafe_repository",
             discard="unsafe_repository")),
)  # fmt: skip
ROWS = (*(Row(case) for case in CASES), *EXTRA)


class Played:
    """One row, one ending."""

    def __init__(self, row: Row, place: Path, template: Path | None, command: Command | None = None) -> None:
        self.row = row
        self.place = place
        self.env = environment(place / "home")
        for name, value in row.env.items():
            self.env.pop(name, None)
            if value is not None:
                self.env[name] = value
        self.command = command or started
        self.world = self._furnished(template)

    def _furnished(self, template: Path | None) -> World:
        case = self.row.case
        if template is not None and case.furnished and not case.init:
            shutil.copytree(template, self.place, symlinks=True, dirs_exist_ok=True)
            for approvals in (self.place / "home").rglob("trusted.json"):
                approvals.write_text(approvals.read_text().replace(str(template), str(self.place)))
            world = object.__new__(ProgramWorld)
            world.root, world.work, world.attempt = self.place, self.place / "work", 0
            world.scratch = world.work / ".autoloop" / "scratch"
            return world
        world = ProgramWorld(self.place, *case.init)
        world.furnish() if case.furnished else world.workspace()
        return world

    def say(self, *words: str) -> dict[str, Any]:
        code, out, err = self.command([*words, "--json"], self.world.work / self.row.folder, self.env)
        assert "Traceback" not in err, err
        assert code in range(8), (code, out, err)
        document: dict[str, Any] = json.loads(out)
        if "error" in document:
            assert document["error"]["what"], document
            assert document["error"]["fix"], document
        return document

    def end(self, ending: str) -> str:
        """Play it to that ending; the answer is ``done`` or why not. Raises AssertionError when neither is right."""
        self._cost(100)
        if refusal := self._proven():
            return refusal
        self.row.case.mine(self.world)
        if refusal := self._proven():  # the user may have gone to another work tree
            return refusal
        began = self.world.fingerprint()
        before = self.world.begin()
        if refusal := self._refused("pre", "--description", "a win"):
            return self._untouched(began, "pre", refusal)
        self.row.case.edit(self.world)
        _, changes = self.world.measured(before)
        self._cost(80 if ending == "keep" else 120)
        edited = self.world.fingerprint()
        if refusal := self._refused("eval"):
            return self._untouched(edited, "eval", refusal)
        assert self.world.fingerprint() == edited
        self.row.between(self.world)
        edited = self.world.fingerprint()
        head = self.world.git("rev-parse", "-q", "--verify", "HEAD", check=False).decode().strip()
        if refusal := self._refused(ending):
            return self._untouched(edited, ending, refusal)
        if ending == "keep":
            self._check_kept(began, edited, changes, head)
        else:
            self._check_discarded(began, edited)
        self.world.git("fsck", "--strict", "--no-dangling")
        return "done"

    def _cost(self, value: int) -> None:
        (self.place / "bench.sh").write_text(f"echo METRIC cost={value}ms\n")

    def _proven(self) -> str:
        state = self.say("status")
        if "error" in state:
            return f"refused at status: {state['error']['code']}"
        if state["state"] in {"uninitialized", "configured", "verified"}:
            return self._refusal_of("doctor", "--yes") or self._refusal_of("baseline")
        return ""

    def _refusal_of(self, *words: str) -> str:
        found = self._refused(*words)
        return f"refused at {words[0]}: {found}" if found else ""

    def _refused(self, *words: str) -> str:
        document = self.say(*words)
        if "error" in document:
            return str(document["error"]["code"])
        if words[0] == "doctor" and not document["ok"]:
            return next(check["id"] for check in document["result"]["checks"] if check["status"] == "fail")
        return ""

    def _untouched(self, wanted: dict[str, Any], where: str, refusal: str) -> str:
        assert self.world.fingerprint() == wanted, f"{where} refused ({refusal}), and yet something has moved"
        return f"refused at {where}: {refusal}"

    def _check_kept(self, began: dict[str, Any], edited: dict[str, Any], changes: Any, head: str) -> None:
        world = self.world
        commit_ = world.line("rev-parse", "HEAD")
        named = world.git("symbolic-ref", "-q", "HEAD", check=False).decode().strip() or "HEAD"
        assert world.line("log", "-1", "--format=%P") == head
        plan = SimpleNamespace(commit=commit_, ref=named)
        check_commit(world, plan, changes, self.row.case, head)
        check_rest(world, plan, edited, changes)
        check_index(world, began if began["refs"] == edited["refs"] else edited, changes)

    def _check_discarded(self, began: dict[str, Any], edited: dict[str, Any]) -> None:
        case = self.row.case
        if case.discard == "later":  # somebody's work after the measurement is left alone
            assert self.world.path("other.txt").read_bytes() == b"mine\n"
            assert self.world.path("code.py").read_bytes() == began["files"][b"code.py"][1]
        elif case.discard == "edited":
            assert self.world.fingerprint() == began
        elif case.discard == "committed":  # the user's commit stays, and only the experiment goes
            found = self.world.fingerprint()
            assert found["files"] == began["files"]
            assert {part: found[part] for part in ("head", "refs", "index")} == {
                part: edited[part] for part in ("head", "refs", "index")
            }
        else:
            check_restored(self.world, began, edited, case)

    def leftovers(self) -> list[str]:
        return [name for name in self.world.leftovers() if name != "index.lock"]


class ProgramWorld(World):
    """A world whose workspace is the program's."""

    def workspace(self) -> None:
        self.write(".autoloop/.gitignore", b"*\n")
        self.write(".autoloop/config.toml", CONFIG)


def template(place: Path, command: Command | None = None) -> Path:
    """A furnished world that doctor and baseline have passed, to be copied."""
    played = Played(Row(Case("template", FASTER)), place, None, command)
    played._cost(100)
    assert not played._proven()
    return place


def play(row: Row, ending: str, place: Path, from_: Path | None, command: Command | None = None) -> str:
    """One row with one ending; the answer for the table.

    Raises:
        AssertionError: it is neither right nor a refusal that the table expects.
    """
    played = Played(row, place, from_, command)
    try:
        found = played.end(ending)
        wanted = row.case.keep if ending == "keep" else row.case.discard
        right = wanted in {*DONE, "edited", "later", "committed"}
        earlier = found.startswith("refused at ") and not found.startswith(f"refused at {ending}")
        assert (found == "done") == right or earlier, f"{row}: {ending}: {found}, and not {wanted}"
        assert played.leftovers() == [] or found != "done", played.leftovers()
        return found
    finally:
        shutil.rmtree(place, ignore_errors=True)


def started(words: list[str], cwd: Path, env: dict[str, str]) -> tuple[int, str, str]:
    """The program in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "autoloop", *words],
        cwd=cwd, env=env, capture_output=True, text=True, timeout=_PATIENCE, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@contextmanager
def hermetic(home: Path) -> Iterator[None]:
    """Nothing of the machine's git configuration for this process, and a fixed author."""
    before = dict(os.environ)
    for name in [name for name in os.environ if re.match("GIT_", name)]:
        del os.environ[name]
    wanted = environment(home)
    os.environ.update({name: wanted[name] for name in wanted if name.startswith("GIT_") or name == "HOME"})
    os.environ["GIT_OPTIONAL_LOCKS"] = "0"
    # the judge looks at repositories of strangers too; the program has an environment of its own
    os.environ |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


__all__ = ["ROWS", "hermetic", "play", "template"]
