"""The commands that are killed, each with the moment of a loop it is killed at, in a repository with a busy user."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from interposer import KILL, Fault, Interposer
from loop_world import World, environment, with_config, with_files

LINES = "".join(f"line {number}\n" for number in range(1, 13))
Prepare = Callable[[World], object]


def busy(world: World) -> None:
    """A user with work of every kind: dirty, staged, partly staged, intended, flagged, untracked."""
    for name in ("code.txt", "staged.txt", "flagged.txt", "old.txt", "dir/inner.txt"):
        world.write(name, LINES)
    world.git("add", "-A")
    world.git("commit", "-qm", "more")
    world.git("update-index", "--assume-unchanged", "flagged.txt")
    world.write("code.txt", LINES.replace("line 1\n", "MINE\n"))
    world.write("staged.txt", LINES.replace("line 6\n", "STAGED\n"))
    world.git("add", "staged.txt")
    world.write("staged.txt", LINES.replace("line 6\n", "STAGED\n").replace("line 12\n", "UNSTAGED\n"))
    world.write("added.txt", "mine, staged\n")
    world.git("add", "added.txt")
    world.write("intended.txt", "mine\n")
    world.git("add", "-N", "intended.txt")
    world.write("untracked.txt", "mine\n")
    (world.root / "untracked.txt").chmod(0o600)


def change(world: World, cost: int = 80) -> None:
    """An experiment all over the work tree."""
    world.write("cost.txt", f"{cost}\n")
    world.write("code.txt", world.read("code.txt").replace("line 12\n", "FASTER\n"))
    world.write("lib/new/made.txt", "new\n")
    (world.root / "old.txt").unlink()
    (world.root / "dir/inner.txt").chmod(0o755)


def configured(world: World) -> None:
    with_config(with_files(world))
    busy(world)


def verified(world: World) -> None:
    world.result("doctor", "--yes")


def ready(world: World) -> None:
    world.result("baseline")


def in_session(world: World) -> None:
    world.result("session", "start", "--name", "night")


def editing(world: World) -> None:
    world.result("pre", "--description", "a change all over")
    change(world)


def keepable(world: World) -> None:
    assert world.result("eval")["verdict"] == "keep"


def discardable(world: World) -> None:
    world.result("pre", "--description", "a loss")
    change(world, 130)
    assert world.result("eval")["verdict"] == "discard"


def won(world: World) -> None:
    world.result("keep", "--commit")


def lost(world: World) -> None:
    world.result("discard", "--revert")


def lost_twice(world: World) -> None:
    world.result("pre", "--description", "another loss")
    change(world, 140)
    world.result("eval")
    world.result("discard", "--revert")


def packed(world: World) -> None:
    """As git's own housekeeping leaves references: all in one file."""
    world.git("pack-refs", "--all")


def waiting(world: World) -> None:
    assert world.result("keep", "--no-commit")["experiment"]["waits"]


def interrupted(world: World) -> None:
    """A keep was killed as soon as the branch had moved."""
    rehearsal = copied(world, world.root.parent.with_name("rehearsal"))
    trace = rehearsal.root.parent / "trace"
    _keep_under(rehearsal, Fault(), trace)
    calls = dict(line.split(" ", 1) for line in trace.read_text().splitlines())
    moved = f"rename {rehearsal.root}/.git/refs/heads/main"
    _keep_under(world, Fault(1 + max(int(at) for at, call in calls.items() if call == moved), KILL))


def _keep_under(world: World, fault: Fault, trace: Path | None = None) -> None:
    faults = Interposer(world.root.parent / "page", world.root, fault, trace)
    keep = [sys.executable, "-m", "autoloop", "keep", "--commit", "--json"]
    subprocess.run(keep, cwd=world.root, env={**world.env, **faults.env}, capture_output=True, check=False)
    assert faults.fired == bool(fault.at)
    faults.close()


# each moment of a loop follows from another
FROM: dict[Prepare, Prepare | None] = {
    configured: None,
    verified: configured,
    ready: verified,
    in_session: ready,
    editing: in_session,
    keepable: editing,
    discardable: in_session,
    won: keepable,
    lost: discardable,
    lost_twice: lost,
    packed: lost_twice,
    waiting: keepable,
    interrupted: keepable,
}


@dataclass(frozen=True)
class Scene:
    """A command, and the moment it is typed."""

    name: str
    moment: Prepare
    command: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


SCENES = (
    Scene("doctor", configured, ("doctor", "--yes")),
    Scene("baseline", verified, ("baseline",)),
    Scene("session start", ready, ("session", "start", "--name", "night")),
    Scene("pre", in_session, ("pre", "--description", "a change all over")),
    Scene("eval", editing, ("eval",)),
    Scene("keep", keepable, ("keep", "--commit")),
    Scene("discard", discardable, ("discard", "--revert", "--reason", "it lost")),
    Scene("finalize", won, ("finalize",)),
    Scene("session end", won, ("session", "end")),
    Scene("undo keep", won, ("undo",)),
    Scene("undo discard", lost, ("undo",)),
    Scene("revive", lost, ("revive", "1")),
    Scene("land", waiting, ("land",)),
    Scene("prune", lost_twice, ("prune", "--keep", "0")),
    Scene("prune packed", packed, ("prune", "--keep", "0")),
    Scene("resume", interrupted, ("resume",)),
)
SCENE = {scene.name: scene for scene in SCENES}


class Moments:
    """Worlds at the moments of a loop, each made once below ``place``."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._made: dict[Prepare, World] = {}

    def at(self, moment: Prepare) -> World:
        """The world at that moment; to be copied, not used."""
        if moment not in self._made:
            before = FROM[moment]
            place = self.place / moment.__name__
            world = copied(self.at(before), place) if before else empty(place)
            try:
                moment(world)
            except BaseException:
                shutil.rmtree(place)  # nobody goes on from half of it
                raise
            self._made[moment] = world
        return self._made[moment]


def empty(place: Path) -> World:
    """A directory and an environment."""
    (place / "repository").mkdir(parents=True)
    return World(place / "repository", dated(environment(place / "home")))


def copied(source: World, place: Path) -> World:
    """The same world elsewhere; the user has approved its commands there too."""
    shutil.copytree(source.root.parent, place, symlinks=True)
    for approvals in (place / "home").rglob("trusted.json"):
        approvals.write_text(approvals.read_text().replace(str(source.root.parent), str(place)))
    return World(place / "repository", dated(environment(place / "home")))


def dated(env: dict[str, str]) -> dict[str, str]:
    """Commits have the same date in every run, so that they have the same name."""
    return {**env, "GIT_AUTHOR_DATE": "1700000000 +0000", "GIT_COMMITTER_DATE": "1700000000 +0000"}
