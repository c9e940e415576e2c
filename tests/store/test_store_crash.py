"""Death of the process or the machine at every change: afterwards the state is one of two, as before or as after."""

from __future__ import annotations

import itertools
import signal

import pytest
from power import ForgetfulIo, restore
from store_world import (
    STEPS,
    CountingIo,
    DyingIo,
    Record,
    check_sound,
    in_child,
    legal_states,
    play,
    seen,
    step_init,
    step_keep,
    step_pre,
    step_sample,
)

from autoloop.errors import StateError
from autoloop.paths import Layout
from autoloop.store import Store

pytestmark = pytest.mark.usefixtures("_impatient")


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    return legal_states(tmp_path_factory.mktemp("legal") / "work")


def number_of_changes(root) -> int:
    root.mkdir()
    io = CountingIo()
    play(Store(Layout(root), io, clock=lambda: 0.0))
    return len(io.calls)


def last_durable(steps: int) -> int:
    """How many of the first ``steps`` steps are safe from a power cut: unsynced notes at their end are not."""
    while steps and STEPS[steps - 1] is step_sample:
        steps -= 1
    return steps


def recover(store: Store) -> list[str]:
    with store.writing("recover", wait=1.0) as writer:
        return writer.warnings


@pytest.mark.parametrize("torn", [False, True])
def test_killed_at_every_change(tmp_path, states, torn):
    changes = number_of_changes(tmp_path / "count")
    assert changes > 60
    for number in range(1, changes + 2):
        root = tmp_path / f"{number}"
        root.mkdir()
        dying = Store(Layout(root), DyingIo(number, torn), clock=lambda: 0.0)
        ended, acknowledged = in_child(lambda acknowledge, dying=dying: play(dying, acknowledge))
        assert ended == (-signal.SIGKILL if number <= changes else 0)
        store = Store(Layout(root), clock=lambda: 0.0)
        legal = states[acknowledged : acknowledged + 2]
        assert (store.load(dict) or {}) in [state["record"] for state in legal]
        recover(store)
        assert seen(store) in legal
        check_sound(store)


def test_the_same_when_power_is_cut_at_every_change(tmp_path, states):
    work = tmp_path / "work"
    work.mkdir()
    io = ForgetfulIo(work)

    def acknowledge():
        io.acknowledged += 1

    play(Store(Layout(work), io, clock=lambda: 0.0), acknowledge)
    io.point("the", "end")
    io.close()
    assert len(io.cuts) > 240
    for number, (when, acknowledged, picture) in enumerate(io.cuts):
        root = tmp_path / f"{number}"
        restore(picture, root)
        store = Store(Layout(root), clock=lambda: 0.0)
        legal = states[last_durable(acknowledged) : acknowledged + 2]
        assert (store.load(dict) or {}) in [state["record"] for state in legal], when
        recover(store)
        assert seen(store) in legal, when
        check_sound(store)


def half_recovered(root, states):
    """A workspace where recovery has everything to do: a torn line, steps ahead of the files, a state.json in ruins."""
    root.mkdir()
    store = Store(Layout(root), clock=lambda: 0.0)
    play(store)
    with store.layout.journal.open("ab") as file:
        file.write(b'{"v":1,"seq":9')
    store.layout.state.write_bytes(b'{"schema_version":1,')
    (store.layout.experiments / "001-reduce.json").unlink()
    (store.layout.home / ".new").write_text("litter")
    return store


@pytest.mark.parametrize("torn", [False, True])
def test_killed_at_every_change_of_recovery(tmp_path, states, torn):
    for number in itertools.count(1):
        store = half_recovered(tmp_path / f"{number}", states)
        dying = Store(store.layout, DyingIo(number, torn))
        ended, _ = in_child(lambda _, dying=dying: recover(dying))
        assert store.load(dict) == states[-1]["record"]
        recover(store)
        assert seen(store) == states[-1]
        check_sound(store)
        if ended == 0:
            break
    assert number > 10


@pytest.mark.parametrize("torn", [False, True])
def test_killed_at_every_change_of_a_rebuild(tmp_path, states, torn):
    for number in itertools.count(1):
        store = half_recovered(tmp_path / f"{number}", states)
        data = store.layout.journal.read_bytes()
        store.layout.journal.write_bytes(data.replace(b'"kind":"intent"', b'"kind":"INTENT"', 1))
        dying = Store(store.layout, DyingIo(number, torn))
        ended, _ = in_child(lambda _, dying=dying: dying.rebuild())
        store.rebuild()
        whole = seen(store)
        assert (whole["record"], whole["documents"]) == (states[-1]["record"], states[-1]["documents"])
        assert whole["seq"] == len(STEPS) + 1
        check_sound(store)
        if ended == 0:
            break
    assert number > 10


def test_what_was_recovered_is_on_the_disk_before_files_are_made_of_it(tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    writing = CountingIo()
    with Store(Layout(work), writing).writing("test") as writer:
        step_init(writer)
    first_sync = writing.calls.index("sync history.jsonl") + 1
    again = tmp_path / "again"
    again.mkdir()
    in_child(lambda _: play(Store(Layout(again), DyingIo(first_sync))))
    recovering = CountingIo()
    with Store(Layout(again), recovering).writing("test"):
        pass
    assert recovering.calls.index("sync history.jsonl") < recovering.calls.index("rename state.json")
    assert Store(Layout(again)).load(dict)


class InterruptedIo(CountingIo):
    """A signal's exception arrives just before or just after the n-th change."""

    def __init__(self, number: int, after: bool) -> None:
        super().__init__()
        self.number = number
        self.after = after

    def point(self, call, name):
        super().point(call, name)
        if len(self.calls) == self.number:
            raise KeyboardInterrupt

    def _late(self, call, *arguments):
        if self.after and len(self.calls) + 1 == self.number:
            self.number = 0
            getattr(super(), call)(*arguments)
            raise KeyboardInterrupt
        return getattr(super(), call)(*arguments)

    def write(self, *arguments):
        return self._late("write", *arguments)

    def sync(self, *arguments):
        return self._late("sync", *arguments)

    def rename(self, *arguments):
        return self._late("rename", *arguments)


@pytest.mark.parametrize("after", [False, True])
def test_interrupted_at_every_change_the_writer_can_go_on(tmp_path, after):
    for number in itertools.count(1):
        root = tmp_path / f"{number}"
        root.mkdir()
        io = InterruptedIo(10_000, after)
        store = Store(Layout(root), io)
        with store.writing("test") as writer:
            step_init(writer)
            writer.note("sample", 1)
            io.number = len(io.calls) + number
            interrupted = False
            try:
                step_pre(writer)
            except KeyboardInterrupt:
                interrupted = True
            io.number = 0
            step_keep(writer)
            assert writer.load(Record) == Record("ready", 2, None, 1.0)
        assert store.load(Record) == Record("ready", 2, None, 1.0)
        check_sound(store)
        if not interrupted:
            break
    assert number > 10


@pytest.mark.parametrize("torn", [False, True])
def test_killed_at_every_change_of_another_file(tmp_path, torn):
    path = Layout(tmp_path).config
    with Store(Layout(tmp_path)).writing("test") as writer:
        writer.write_text(path, "old")
    for number in itertools.count(1):
        dying = Store(Layout(tmp_path), DyingIo(number, torn))

        def work(_acknowledge, dying=dying):
            with dying.writing("test") as writer:
                writer.write_text(path, "new and longer")

        ended, _ = in_child(work)
        assert path.read_text() in ({"new and longer"} if ended == 0 else {"old", "new and longer"})
        with Store(Layout(tmp_path)).writing("test") as writer:
            writer.write_text(path, "old")
        assert not (path.parent / ".new").exists()
        if ended == 0:
            break
    assert number > 4


def test_a_dead_writer_leaves_no_lock(tmp_path):
    store = Store(Layout(tmp_path), DyingIo(3))
    in_child(lambda _: play(store))
    with Store(Layout(tmp_path)).writing("next", wait=0.0) as writer:
        step_init(writer)


def test_a_checker_that_sees_nothing_would_be_worthless(tmp_path, states):
    root = tmp_path / "work"
    root.mkdir()
    store = Store(Layout(root), clock=lambda: 0.0)
    play(store)
    (store.layout.experiments / "001-reduce.json").unlink()
    assert seen(store) != states[-1]
    with pytest.raises(AssertionError):
        check_sound(store)
    store.layout.journal.write_bytes(store.layout.journal.read_bytes()[:-40])
    with pytest.raises(StateError):
        seen(store)
