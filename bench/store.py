"""What the store costs: reading the state with few and with many experiments, a step, a note.

python bench/store.py [directory on the disk to measure]
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from autoloop.model import Baseline, Evaluation, Experiment, Fingerprint, Record, Run
from autoloop.paths import Layout
from autoloop.store import Store


def experiment(number: int) -> Experiment:
    """One with sixteen samples, as an ordinary decision leaves it."""
    runs = tuple(
        Run(arm="candidate", outcome="ok", seconds=1.0, value=100.0 + each, metrics={"p99": 5.0 + each})
        for each in range(16)
    )
    evaluation = Evaluation("a" * 40, 1, "discard", ("no improvement",), runs=runs, paths=("src/hot.py",))
    return Experiment(number, "reduce-allocations", 1, "reduce allocations", 1.7e9, "b" * 40, evaluation=evaluation)


def filled(root: Path, count: int) -> Store:
    """A workspace that has seen ``count`` experiments."""
    root.mkdir()
    store = Store(Layout(root))
    machine = Fingerprint("d" * 16, {"cpu": "x"})
    baseline = Baseline(
        metric="p99",
        unit="ms",
        direction="lower_is_better",
        value=5.0,
        values=(5.0,) * 10,
        commit="c" * 40,
        tree="e" * 40,
        taken=1.7e9,
        config_digest="f" * 16,
        fingerprint=machine,
    )
    with store.writing("bench") as writer:
        for start in range(1, count + 1, 500):
            numbers = range(start, min(start + 500, count + 1))
            documents = {f"{each:03d}-reduce-allocations": experiment(each) for each in numbers}
            record = Record("editing", experiment=experiment(start), baseline=baseline, streak=start)
            writer.commit("fill", record=record, experiments=documents)
        for each in range(30):
            writer.commit("step", record=msgspec.structs.replace(record, streak=-each), experiments={})
    return store


def timed(work: Callable[[], object], times: int) -> float:
    """Median of ``times`` runs, milliseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1e3


def reading(small: Store, large: Store) -> None:
    """Does it cost more when there is more?"""
    rows: dict[str, Callable[[Store], object]] = {
        "load": lambda store: store.load(Record),
        "history(20)": lambda store: list(store.history(20)),
        "experiment(7)": lambda store: store.experiment(7, Experiment),
        "experiments(10)": lambda store: store.experiments(Experiment, 10),
        "verify_chain": lambda store: store.verify_chain(),
    }
    for name, work in rows.items():
        times = 3 if name == "verify_chain" else 30
        few, many = timed(lambda work=work: work(small), times), timed(lambda work=work: work(large), times)
        print(f"{name:<16} 10: {few:8.3f} ms   10 000: {many:8.3f} ms   ratio {many / few:6.1f}")


def writing(store: Store) -> None:
    """Steps, notes, and the syncs below them."""

    def opening() -> None:
        with store.writing("bench"):
            pass

    print(f"{'writing()':<16} {timed(opening, 20):8.3f} ms")
    with store.writing("bench") as writer:
        record = writer.load(Record) or Record()
        count = iter(range(10**6))

        def step(**documents: object) -> None:
            writer.commit("bench", record=msgspec.structs.replace(record, streak=next(count)), **documents)  # type: ignore[arg-type]

        print(f"{'step':<16} {timed(step, 50):8.3f} ms")
        one = {"001-reduce-allocations": experiment(1)}
        print(f"{'step, document':<16} {timed(lambda: step(experiments=one), 50):8.3f} ms")
        print(f"{'note':<16} {timed(lambda: writer.note('sample', {'value': 1.5}), 200):8.3f} ms")
        print(f"{'durable note':<16} {timed(lambda: writer.note('intent', {}, durable=True), 50):8.3f} ms")


def one_sync(root: Path) -> None:
    """What the disk itself takes."""
    fd = os.open(root / "sync", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def append() -> None:
        os.write(fd, b"x" * 1000)
        os.fsync(fd)

    print(f"{'append and sync':<16} {timed(append, 50):8.3f} ms  (the disk itself)")
    os.close(fd)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
        small, large = filled(Path(name) / "small", 10), filled(Path(name) / "large", 10_000)
        print(f"journal: {small.layout.journal.stat().st_size:,} and {large.layout.journal.stat().st_size:,} bytes")
        reading(small, large)
        one_sync(Path(name))
        writing(large)


if __name__ == "__main__":
    main()
