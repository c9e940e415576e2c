"""A small world for the store's tests: plain documents, a scenario, children that die, and a reader of its own."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import msgspec

from autoloop.paths import Layout
from autoloop.store import Io, Store, Writer


class Experiment(msgspec.Struct, frozen=True):
    id: int
    text: str = ""
    values: tuple[float, ...] = ()


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    state: str = "configured"
    count: int = 0
    experiment: Experiment | None = None
    best: float | None = None


def step_init(writer: Writer):
    return writer.commit("init", record=Record())


def step_pre(writer: Writer):
    first = Experiment(1, "reduce ≤ 3 \n allocations")
    return writer.commit("pre", record=Record("editing", 1, first), experiments={"001-reduce": first})


def step_sample(writer: Writer):
    return writer.note("sample", {"value": 1.5})


def step_intent(writer: Writer):
    return writer.note("intent", {"old": "a" * 40}, durable=True)


def step_eval(writer: Writer):
    first = Experiment(1, "reduce", (1.0, 2.5))
    return writer.commit(
        "eval",
        record=Record("keepable", 1, first),
        experiments={"001-reduce": first, "002-inline": Experiment(2)},
        baseline={"value": 2.0},
        note={"seconds": 3.0},
    )


def step_keep(writer: Writer):
    return writer.commit(
        "keep",
        record=Record("ready", 2, None, 1.0),
        experiments={"002-inline": None},
        sessions={"001-latency-pass": {"id": 1, "wins": [1]}},
    )


SCENARIO = [[step_init, step_sample, step_pre], [step_sample, step_intent, step_eval, step_sample], [step_keep]]
STEPS = [step for session in SCENARIO for step in session]


def play(store: Store, acknowledge: Callable[[], object] = lambda: None) -> list[str]:
    warnings: list[str] = []
    for session in SCENARIO:
        with store.writing("test", wait=1.0) as writer:
            for step in session:
                step(writer)
                acknowledge()
            warnings += writer.warnings
    return warnings


def told(journal: bytes) -> dict[str, object]:
    """What a journal says, read without a line of the store's code."""
    record: dict[str, object] = {}
    documents: dict[str, object] = {}
    previous, seq = "0" * 32, 0
    for line in journal.splitlines(keepends=True):
        event = json.loads(line)
        body = line[: line.rindex(b',"sum":"')] + b"}"
        assert event["sum"] == hashlib.sha256(body).hexdigest()[:32]
        assert event["prev"] == previous
        assert event["seq"] == seq + 1
        previous, seq = event["sum"], event["seq"]
        changes = event.get("changes", {})
        record = {name: value for name, value in record.items() if name not in changes.get("dropped", [])}
        record |= changes.get("record", {})
        documents |= changes.get("documents", {})
    return {"seq": seq, "record": record, "documents": {k: v for k, v in documents.items() if v is not None}}


def seen(store: Store) -> dict[str, object]:
    """What the store says, in the same terms."""
    names = [p.relative_to(store.layout.home).as_posix()[:-5] for p in store.layout.home.glob("*s/[0-9]*.json")]
    documents: dict[str, object] = {}
    for name in names:
        kind, stem = name.split("/")
        reading = store.experiment if kind == "experiments" else store.session
        documents[name] = reading(int(stem[:3]), dict)
    documents["baseline"] = store.baseline(dict)
    newest = next(iter(store.history(1)), None)
    return {
        "seq": newest.seq if newest else 0,
        "record": store.load(dict) or {},
        "documents": {k: v for k, v in documents.items() if v is not None},
    }


def legal_states(root: Path) -> list[dict[str, object]]:
    """The state after each number of acknowledged steps, from an uninterrupted run."""
    root.mkdir()
    store = Store(Layout(root), clock=lambda: 0.0)
    states = [told(b"")]
    play(store, lambda: states.append(told(store.layout.journal.read_bytes())))
    assert len(states) == len(STEPS) + 1
    return states


class CountingIo(Io):
    def __init__(self) -> None:
        self.calls: list[str] = []

    def point(self, call, name):
        self.calls.append(f"{call} {name}")


class DyingIo(Io):
    """Dies at the n-th change, or in the middle of it when that is a write and ``torn`` is set."""

    def __init__(self, number: int, torn: bool = False) -> None:
        self.left = number
        self.torn = torn

    def point(self, call, _name):
        self.left -= 1
        if self.left == 0 and not (self.torn and call == "write"):
            os.kill(os.getpid(), signal.SIGKILL)

    def write(self, fd, data, name):
        self.point("write", name)
        if self.left == 0:
            os.write(fd, data[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return os.write(fd, data)


class FailingIo(Io):
    """The n-th change fails, and every later one too when ``lasting``; a failing write may leave a part behind."""

    def __init__(self, number: int, code: int = errno.ENOSPC, lasting: bool = False) -> None:
        self.left = number
        self.code = code
        self.lasting = lasting

    def point(self, _call, _name):
        self.left -= 1
        if self.left == 0 or (self.lasting and self.left < 0):
            raise OSError(self.code, os.strerror(self.code))

    def write(self, fd, data, name):
        try:
            self.point("write", name)
        except OSError:
            os.write(fd, data[: len(data) // 3])
            raise
        return os.write(fd, data)


def in_child(work: Callable[[Callable[[], None]], object]) -> tuple[int, int]:
    """Run ``work(acknowledge)`` in a process of its own; how it ended, and how often it acknowledged."""
    receiving, sending = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work(lambda: os.write(sending, b"."))
            status = 0
        finally:
            os._exit(status)
    os.close(sending)
    _, status = os.waitpid(pid, 0)
    with os.fdopen(receiving, "rb") as pipe:
        return os.waitstatus_to_exitcode(status), len(pipe.read())


def check_sound(store: Store) -> None:
    """Everything agrees with everything, and nothing is left behind."""
    assert store.verify_chain().ok
    assert seen(store) == told(store.layout.journal.read_bytes() if store.layout.journal.exists() else b"")
    assert not (store.layout.home / ".new").exists()
    if store.layout.state.exists():
        assert store.rebuild().changed == ()
