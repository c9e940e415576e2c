"""``make crash``: every kill point, every torn write, every error, every fault and the whole git matrix, as tables.

    python tests/crash/everything.py [--only kills,torn,errors,faults,matrix] [--scenes NAMES] [--step N] [--workers N]

``--scenes keep,undo`` tries these commands alone, in this order; ``--step 7`` tries every seventh point. Anything lost
is printed with what was found, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

for neighbour in ("loop", "git", "faults", "matrix"):
    sys.path.append(str(Path(__file__).parent.parent / neighbour))

import matrix  # noqa: E402 - found by the lines above
import test_faults_disk as disk  # noqa: E402
import test_faults_files as files  # noqa: E402
import test_faults_parallel as parallel  # noqa: E402
import test_faults_signals as signals  # noqa: E402
from interposer import library  # noqa: E402
from loop_world import World  # noqa: E402
from nursery import Nursery  # noqa: E402
from scenes import SCENE, SCENES, Moments, Scene, copied  # noqa: E402
from trial import PATIENCE, Stage, errors, kills, torn  # noqa: E402

POINTS = {"kills": kills, "torn": torn, "errors": errors}
_TITLES = {
    "kills": "Killed before every call that changes a file (before the next call is after this one)",
    "torn": "Killed in the middle of every write",
    "errors": "Every call that changes a file or waits for the disk fails once (disk full, I/O error)",
}
_SHOWN = 1200


@dataclass
class Tally:
    """One row."""

    name: str
    tried: int = 0
    lost: list[str] = field(default_factory=list)

    @property
    def recovered(self) -> int:
        return self.tried - len(self.lost)


class Run:
    """Everything that was asked for."""

    def __init__(self, place: Path, scenes: list[Scene], step: int, workers: int) -> None:
        self.moments = Moments(place / "moments")
        self.place = place
        self.scenes = scenes
        self.step = step
        self.workers = workers
        self.lost = 0
        self._free: list[Nursery] = []
        self._numbers = itertools.count()

    def points(self, kind: str) -> None:
        """One table: a row for each command."""
        print(f"\n{_TITLES[kind]}\n", flush=True)
        self.table([self._points_of(kind, scene) for scene in self.scenes])

    def _points_of(self, kind: str, scene: Scene) -> Tally:
        stage = self._stage(kind, scene)
        todo = POINTS[kind](stage)[:: self.step]
        tally = self.tried(scene.name, (lambda f=f, r=r: stage.attempt(f, resume=r) for f, r in todo))
        stage.close()
        return tally

    def faults(self) -> None:
        """One table: a row for each kind of fault."""
        print("\nFaults: tried on commands in the middle of a loop, mended, and brought to their end\n", flush=True)
        stages = {scene.name: self._stage("faults", scene) for scene in SCENES}
        kinds: dict[str, list[Callable[[], object]]] = {
            "damaged state files": [self._damage(stages["keep"], *each) for each in files.ALL],
            "signals, once and twice": [self._signal(stages, *each) for each in signals.ALL],
            "disks that refuse": [self._refusal(stages, *each) for each in disk.ALL],
            "the same command four times": [self._same(stages, each) for each in parallel.SAME],
            "different commands at once": [self._different(stages, each) for each in parallel.DIFFERENT],
        }
        self.table([self.tried(name, trials[:: self.step]) for name, trials in kinds.items()])
        for stage in stages.values():
            stage.close()

    def _stage(self, kind: str, scene: Scene) -> Stage:
        return Stage(scene, self.moments.at(scene.moment), self.place / kind / scene.name.replace(" ", "-")).set()

    def _copy(self, stage: Stage) -> World:
        return copied(stage.world, self.place / f"copy-{next(self._numbers)}")

    def _damage(self, stage: Stage, name: str, damage: Callable[[Path], object]) -> Callable[[], object]:
        def trial() -> None:
            world = self._copy(stage)
            damage(world.root / ".autoloop" / name)
            files.check_damage(stage, world)

        return trial

    def _signal(
        self, stages: dict[str, Stage], name: str, signum: int, twice: bool, quarter: int
    ) -> Callable[[], object]:
        stage = stages[name]
        at = 1 + quarter * len(stage.points) // 4
        return lambda: signals.signalled(stage, self._copy(stage), at, signum, twice=twice)

    def _refusal(self, stages: dict[str, Stage], name: str, why: str) -> Callable[[], object]:
        stage = stages[name]
        return lambda: disk.refused_from(stage, self._copy(stage), why, at=1 + len(stage.points) // 3)

    def _same(self, stages: dict[str, Stage], name: str) -> Callable[[], object]:
        return lambda: parallel.test_the_same_command_four_times_at_once(stages.__getitem__, self._copy, name)

    def _different(self, stages: dict[str, Stage], pair: tuple[str, str]) -> Callable[[], object]:
        return lambda: parallel.test_different_commands_at_once(stages.__getitem__, self._copy, pair)

    def matrix(self) -> None:
        """One table: a row for each state of a repository and kind of change."""
        print("\nThe git matrix\n", flush=True)
        print(f"  {'case':<52}{'keep':<38}discard", flush=True)
        rows = matrix.ROWS[:: self.step]
        found: dict[tuple[str, str], str] = {}
        with matrix.hermetic(self.place / "matrix-home"):
            template = matrix.template(self.place / "template")
            trials = [self._row(row, ending, template, found) for row in rows for ending in ("keep", "discard")]
            tally = self.tried("git matrix", trials)
        for row in rows:
            kept, discarded = (found.get((str(row), ending), "LOST") for ending in ("keep", "discard"))
            print(f"  {row!s:<52}{kept:<38}{discarded}")
        print()
        self.table([tally])

    def _row(
        self, row: matrix.Row, ending: str, template: Path, found: dict[tuple[str, str], str]
    ) -> Callable[[], object]:
        def trial() -> None:
            place = self.place / f"row-{next(self._numbers)}"
            found[str(row), ending] = matrix.play(row, ending, place, template, self._program)

        return trial

    def _program(self, words: list[str], cwd: Path, env: dict[str, str]) -> tuple[int, str, str]:
        """The program, from a nursery that nobody else is using."""
        nursery = self._free.pop() if self._free else Nursery("")
        answer = nursery.run(words, cwd, env, PATIENCE)
        self._free.append(nursery)
        return answer

    def close(self) -> None:
        """End the nurseries."""
        while self._free:
            self._free.pop().close()

    def tried(self, name: str, trials: Iterable[Callable[[], object]]) -> Tally:
        """Do them all; one that raises is lost, and one whose fault never came was not tried."""
        tally, began = Tally(name), time.monotonic()

        def attempted(trial: Callable[[], object]) -> str | None:
            try:
                happened = trial()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is to be shown
                return f"{type(error).__name__}: {error}"
            return None if happened is False else ""

        with ThreadPoolExecutor(self.workers) as pool:
            for wrong in pool.map(attempted, trials):
                tally.tried += wrong is not None
                if wrong:
                    tally.lost.append(wrong)
                    print(f"LOST {wrong[:_SHOWN]}", flush=True)
        took = f"{time.monotonic() - began:.0f} s"
        print(f"  {name:<18}{tally.tried:>6} tried {len(tally.lost):>4} lost  {took:>7}", file=sys.stderr, flush=True)
        return tally

    def table(self, rows: list[Tally]) -> None:
        """Print rows and their sum."""
        total = Tally("all", sum(row.tried for row in rows), [wrong for row in rows for wrong in row.lost])
        print(f"  {'':<34}{'tried':>7}{'recovered':>11}{'lost':>6}")
        for row in (*rows, total):
            print(f"  {row.name:<34}{row.tried:>7}{row.recovered:>11}{len(row.lost):>6}")
        print(flush=True)
        self.lost += len(total.lost)


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="kills,torn,errors,faults,matrix")
    parser.add_argument("--scenes", default=",".join(SCENE))
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--workers", type=int, default=4)
    asked = parser.parse_args()
    if library() is None:
        print("There is no C compiler here (cc), or this is not Linux: points inside calls cannot be tried.")
    began = time.monotonic()
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="autoloop-crash-", dir=shared if shared.is_dir() else None) as place:
        run = Run(Path(place), [SCENE[name] for name in asked.scenes.split(",")], asked.step, asked.workers)
        for part in asked.only.split(","):
            if part in POINTS and library() is not None:
                run.points(part)
            elif part == "faults" and library() is not None:
                run.faults()
            elif part == "matrix":
                run.matrix()
        run.close()
    print(f"lost: {run.lost}; {time.monotonic() - began:.0f} s")
    return 1 if run.lost else 0


if __name__ == "__main__":
    sys.exit(main())
