"""Rebuilding: what the journal says, or as much of it as can be saved; nothing replaced is lost."""

from __future__ import annotations

import shutil

import pytest
from store_world import STEPS, Experiment, Record, check_sound, legal_states, play, seen, step_init

from autoloop.errors import StateError
from autoloop.paths import Layout
from autoloop.store import Store

pytestmark = pytest.mark.usefixtures("_impatient")


@pytest.fixture
def played(tmp_path):
    states = legal_states(tmp_path / "work")
    return Store(Layout(tmp_path / "work"), clock=lambda: 0.0), states


def files(store) -> dict[str, bytes]:
    home = store.layout.home
    found = [path for path in home.rglob("*") if path.is_file() and "backups" not in path.parts]
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in found if path.name != "lock"}


def test_nothing_changes_when_nothing_is_wrong(played):
    store, _ = played
    before = files(store)
    done = store.rebuild()
    assert (done.seq, done.lost, done.changed, done.backup, done.documents) == (8, 0, (), None, 3)
    assert files(store) == before
    assert not store.layout.backups.exists()


def test_everything_derived_can_go(played):
    store, _ = played
    before = files(store)
    store.layout.state.unlink()
    store.layout.baseline.unlink()
    shutil.rmtree(store.layout.experiments)
    shutil.rmtree(store.layout.sessions)
    done = store.rebuild()
    assert len(done.changed) == 4
    assert files(store) == before


def test_what_is_replaced_or_unknown_is_kept(played):
    store, _ = played
    before = files(store)
    store.layout.state.write_bytes(b"mine")
    (store.layout.experiments / "001-reduce.json").write_bytes(b"also mine")
    (store.layout.experiments / "007-unknown.json").write_bytes(b"stray")
    (store.layout.experiments / "notes.txt").write_bytes(b"not ours")
    done = store.rebuild()
    backup = store.layout.root / done.backup
    kept = {path.relative_to(backup).as_posix(): path.read_bytes() for path in backup.rglob("*") if path.is_file()}
    assert kept == {
        "state.json": b"mine",
        "experiments/001-reduce.json": b"also mine",
        "experiments/007-unknown.json": b"stray",
    }
    assert files(store) == before | {"experiments/notes.txt": b"not ours"}


def test_every_line_of_the_journal_may_be_lost(played):
    """When the last is, the removal it recorded is lost with it, and the document is there again."""
    store, states = played
    data = store.layout.journal.read_bytes()
    lines = data.splitlines(keepends=True)
    derived = files(store)
    for lost in range(len(lines)):
        broken = [*lines[:lost], b"garbage\n", *lines[lost + 1 :]]
        store.layout.journal.write_bytes(b"".join(broken))
        done = store.rebuild()
        assert done.lost == 1
        whole = seen(store)
        if lost == len(lines) - 1:
            assert whole["documents"].pop("experiments/002-inline") == {"id": 2, "text": "", "values": []}
        assert (whole["record"], whole["documents"]) == (states[-1]["record"], states[-1]["documents"])
        assert [event.seq for event in store.history()] == list(range(9, 0, -1))
        assert [event.kind for event in store.history()][-lost - 1] == "lost"
        assert (store.layout.root / done.backup / "history.jsonl").read_bytes() == b"".join(broken)
        check_sound(store)
        shutil.rmtree(store.layout.backups)
        for name, content in derived.items():
            (store.layout.home / name).write_bytes(content)


@pytest.mark.parametrize("length", [0, 1, 300, 700])
def test_a_journal_that_lost_its_end_goes_on_from_what_is_known(played, length):
    store, states = played
    data = store.layout.journal.read_bytes()
    store.layout.journal.write_bytes(data[:length])
    done = store.rebuild()
    assert done.lost == len(STEPS) - data[:length].count(b"\n")
    assert done.seq == len(STEPS) + 1
    whole = seen(store)
    assert (whole["record"], whole["documents"]) == (states[-1]["record"], states[-1]["documents"])
    check_sound_with_gap(store)
    play(store)
    assert store.verify_chain().ok
    assert store.load(Record) == Record("ready", 2, None, 1.0)


def check_sound_with_gap(store) -> None:
    assert store.verify_chain().ok
    assert store.rebuild().changed == ()


def test_a_missing_journal_goes_on_from_what_is_known(played):
    store, states = played
    store.layout.journal.unlink()
    assert store.rebuild().lost == len(STEPS)
    whole = seen(store)
    assert (whole["record"], whole["documents"]) == (states[-1]["record"], states[-1]["documents"])


def test_documents_alone_are_better_than_nothing(played):
    store, _ = played
    store.layout.journal.unlink()
    store.layout.state.unlink()
    store.rebuild()
    assert store.experiment(1, Experiment) == Experiment(1, "reduce", (1.0, 2.5))
    assert store.load(dict) == {}
    check_sound_with_gap(store)


def test_without_state_json_a_lost_line_costs_only_what_it_alone_said(played):
    store, _ = played
    lines = store.layout.journal.read_bytes().splitlines(keepends=True)
    store.layout.state.unlink()
    store.layout.journal.write_bytes(b"".join([*lines[:2], b"\n", *lines[3:]]))
    assert store.rebuild().lost == 1
    assert store.load(Record) == Record("ready", 2, None, 1.0)


def test_a_state_json_of_another_history_is_not_believed(played, tmp_path):
    store, states = played
    (tmp_path / "other").mkdir()
    other = Store(Layout(tmp_path / "other"))
    with other.writing("test") as writer:
        for count in range(4):
            writer.commit("other", record=Record("other", count, None, -5.0))
    lines = store.layout.journal.read_bytes().splitlines(keepends=True)
    store.layout.journal.write_bytes(b"".join([*lines[:1], b"garbage\n", *lines[2:6]]))
    store.layout.state.write_bytes(other.layout.state.read_bytes())
    shutil.rmtree(store.layout.sessions)
    store.rebuild()
    assert store.load(dict) == states[6]["record"]


@pytest.mark.parametrize("ruin", [b"", b"garbage\n"])
def test_nothing_to_rebuild_from_is_said(store, ruin):
    with pytest.raises(StateError, match="ever recorded"):
        store.rebuild()
    with store.writing("init") as writer:
        step_init(writer)
    store.layout.journal.write_bytes(ruin)
    store.layout.state.write_bytes(b"ruin")
    with pytest.raises(StateError) as caught:
        store.rebuild()
    assert caught.value.code == "nothing_recorded"
    assert store.layout.journal.read_bytes() == ruin
    assert not (store.layout.home / ".new").exists()
