"""One trial: a command dies at one point, recovery follows, the end is judged against the only legal one."""

from __future__ import annotations

import errno
import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interposer import FAIL, KILL, TORN, Fault, Interposer, library
from judge import Repository, UnsoundError
from loop_world import World
from nursery import Nursery
from scenes import Scene, copied

_BUG = 70
PATIENCE = 600
"""Seconds for one command: a machine that is busy with other things must not look like one that hangs."""


@dataclass
class Stage:
    """A scene set once: its world, what it is before and after an uninterrupted run, and the points passed in it.

    Attributes:
        place: where trials happen.
        plant: a mistake put into the program on purpose.
        points: every call that changes something, as ``call path``; the first is number 1.
        points_with_syncs: likewise, with the calls that wait for the disk.
    """

    scene: Scene
    world: World
    place: Path
    plant: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    points: list[str] = field(default_factory=list)
    points_with_syncs: list[str] = field(default_factory=list)
    _nurseries: list[Nursery] = field(default_factory=list)

    def set(self) -> Stage:
        self.place.mkdir(parents=True, exist_ok=True)
        self.before = Repository(self.world.root, self.world.env).picture()
        self.points, self.after = self._whole("whole", Fault())
        return self

    def count_syncs(self) -> Stage:
        self.points_with_syncs, _ = self._whole("synced", Fault(syncs=True))
        return self

    def _whole(self, name: str, fault: Fault) -> tuple[list[str], dict[str, Any]]:
        world = copied(self.world, self.place / name)
        trace = self.place / f"{name}.trace"
        trace.unlink(missing_ok=True)
        done, _ = self.under(world, fault, trace)
        assert done.returncode == 0, (done.stdout, done.stderr)
        judged = Repository(world.root, world.env)
        judged.check()
        picture = judged.picture()
        lines = sorted((line.split(" ", 1) for line in trace.read_text().splitlines()), key=lambda pair: int(pair[0]))
        shutil.rmtree(self.place / name)
        return [line.replace(f"{world.root}/", "") for _, line in lines], picture

    def under(
        self, world: World, fault: Fault, trace: Path | None = None
    ) -> tuple[subprocess.CompletedProcess[str], Interposer]:
        """The scene's command with a fault."""
        faults = Interposer(world.root.parent / "page", world.root, fault, trace)
        return self.command(world, *self.scene.command, env=faults.env), faults

    def command(
        self, world: World, *arguments: str, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        words = [*arguments, "--json"]
        with self._free() as nursery:
            code, out, err = nursery.run(words, world.root, {**world.env, **(env or {})}, PATIENCE)
        return subprocess.CompletedProcess(words, code, out, err)

    @contextmanager
    def _free(self) -> Iterator[Nursery]:
        """A nursery that nobody else is using."""
        nursery = self._nurseries.pop() if self._nurseries else Nursery(str(library()), self.plant)
        try:
            yield nursery
        except BaseException:
            nursery.close()
            raise
        self._nurseries.append(nursery)

    def close(self) -> None:
        """End the nurseries."""
        while self._nurseries:
            self._nurseries.pop().close()

    def attempt(self, fault: Fault, *, resume: bool) -> bool:
        """Whether the fault happened; everything that follows from it is judged.

        Raises:
            UnsoundError: the end is not a legal one.
        """
        kind = f"{fault.action}-{fault.at}-{fault.error}-{int(resume)}"
        world = copied(self.world, self.place / kind)
        try:
            return self._attempt(world, fault, resume=resume)
        except UnsoundError as error:
            raise UnsoundError(f"{self.scene} {fault} {'resume' if resume else 'again'}: {error}") from error
        finally:
            shutil.rmtree(self.place / kind, ignore_errors=True)

    def _attempt(self, world: World, fault: Fault, *, resume: bool) -> bool:
        done, faults = self.under(world, fault)
        fired, said = faults.fired, faults.said
        faults.close()
        if not fired:
            return False
        where = f"at {said!r}"
        if fault.action in {KILL, TORN}:
            if done.returncode != -signal.SIGKILL:
                raise UnsoundError(f"{where}: it was not killed ({done.returncode})")
        else:
            _check_told(done, said)
        # a doctor that found the fault has done its work: there is nothing to go on with
        told = self._recovered(world, where, resume=resume and not _found_wrong(done))
        judged = Repository(world.root, world.env)
        self._checked(judged, where, told)
        same(judged.picture(), self.after, where)
        return True

    def _checked(self, judged: Repository, where: str, told: str) -> None:
        try:
            judged.check()
        except UnsoundError as error:
            raise UnsoundError(f"{where}: {error}\n{told}") from error

    def _as_before(self, picture: dict[str, Any]) -> bool:
        """Refs may already hold more, as objects come first; and where there was no record, one may have begun."""
        ignored: dict[str, Any] = {"held": {}}
        if self.before["record"] == {} and picture["record"].get("state") == "configured":
            ignored["record"] = {}
        return {**picture, **ignored} == {**self.before, **ignored}

    def _recovered(self, world: World, where: str, *, resume: bool) -> str:
        told = ""
        if resume:
            done = self.command(world, "resume")
            told += done.stdout + done.stderr
            if done.returncode:
                raise UnsoundError(f"{where}: resume ended with {done.returncode}: {told}")
            judged = Repository(world.root, world.env)
            self._checked(judged, f"{where}, after resume", told)
            picture = judged.picture()
            if picture == self.after:
                return told
            if not self._as_before(picture):
                same(picture, self.after, f"{where}, after resume: neither as before nor as after")
        done = self.command(world, *self.scene.command)
        told += done.stdout + done.stderr
        if done.returncode not in {0, 1} or "Traceback" in done.stderr:
            raise UnsoundError(f"{where}: the command again ended with {done.returncode}: {told}")
        return told


def _check_told(done: subprocess.CompletedProcess[str], said: str) -> None:
    """An error is told as one, and nothing is acknowledged that is not on the disk."""
    if done.returncode in {_BUG, -signal.SIGKILL} or "Traceback" in done.stderr:
        raise UnsoundError(f"at {said!r}: {done.returncode} {done.stdout}{done.stderr}")
    call, _, path = said.partition(" ")
    if call in {"fsync", "write"} and path.endswith("history.jsonl") and done.returncode == 0:
        raise UnsoundError(f"at {said!r}: acknowledged although the journal did not take it")
    if done.returncode and not _found_wrong(done) and not json.loads(done.stdout)["error"]["what"]:
        raise UnsoundError(f"at {said!r}: an error that says nothing")


def _found_wrong(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether the command came to its end, and says that something is wrong."""
    return done.returncode == 1 and bool(json.loads(done.stdout)["ok"])


def same(found: dict[str, object], wanted: dict[str, object], where: str) -> None:
    """Raise ``UnsoundError`` with the parts that differ."""
    parts = [part for part in wanted if found[part] != wanted[part]]
    if parts:
        differing = "\n".join(f"{part}: {_difference(found[part], wanted[part])}" for part in parts)
        raise UnsoundError(f"{where}: the end is another in {parts}\n{differing}"[:1500])


def _difference(found: object, wanted: object) -> str:
    if isinstance(found, dict) and isinstance(wanted, dict):
        keys = [key for key in {**found, **wanted} if found.get(key) != wanted.get(key)]
        return "; ".join(f"{key!r}: {_difference(found.get(key), wanted.get(key))}" for key in keys)
    return f"{found!r} instead of {wanted!r}"


def kills(stage: Stage) -> list[tuple[Fault, bool]]:
    """A kill before every call that changes something: before the next one is after this one."""
    return [(Fault(at, KILL), bool(at % 2)) for at in range(1, len(stage.points) + 1)]


def torn(stage: Stage) -> list[tuple[Fault, bool]]:
    """Half of what a write was given arrives, then death."""
    writes = [at for at, point in enumerate(stage.points, 1) if point.startswith("write ")]
    return [(Fault(at, TORN), bool(at % 2)) for at in writes]


def errors(stage: Stage) -> list[tuple[Fault, bool]]:
    """Every call fails once, those that wait for the disk included: a full disk and a broken one in turn."""
    kinds = (errno.ENOSPC, errno.EIO)
    count = len(stage.points_with_syncs or stage.count_syncs().points_with_syncs)
    return [(Fault(at, FAIL, kinds[at % 2], syncs=True), bool(at % 4 < 2)) for at in range(1, count + 1)]
