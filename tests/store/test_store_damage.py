"""Files that were cut, altered, replaced or come from elsewhere: recovery or a clear error, never a fresh start."""

from __future__ import annotations

import json
import os
import shutil
import socket
import tempfile
from pathlib import Path

import pytest
from store_world import STEPS, Record, check_sound, in_child, legal_states, play, seen, step_init, step_pre

from autoloop.errors import AutoLoopError, StateError
from autoloop.paths import Layout
from autoloop.store import Store, journal, schema

pytestmark = pytest.mark.usefixtures("_impatient")


@pytest.fixture
def played(tmp_path):
    states = legal_states(tmp_path / "work")
    return Store(Layout(tmp_path / "work"), clock=lambda: 0.0), states


def open_for_writing(store) -> list[str]:
    with store.writing("test", wait=1.0) as writer:
        return writer.warnings


def refused(store, *, code: str | None = None) -> None:
    before = store.layout.journal.read_bytes() if store.layout.journal.is_file() else None
    for doing in (lambda: store.load(Record), lambda: open_for_writing(store)):
        with pytest.raises(StateError) as caught:
            doing()
        assert code in {None, caught.value.code}
        assert caught.value.fix
        assert ".autoloop" in caught.value.what
        assert "/tmp" not in caught.value.what + caught.value.fix
    assert (store.layout.journal.read_bytes() if store.layout.journal.is_file() else None) == before


def test_a_journal_cut_anywhere_is_behind_what_is_known(played):
    store, _ = played
    data = store.layout.journal.read_bytes()
    for length in range(len(data)):
        store.layout.journal.write_bytes(data[:length])
        with pytest.raises(StateError) as caught:
            store.load(Record)
        assert caught.value.code == "journal_behind"
        assert not store.verify_chain().ok
    for length in [0, 1, len(data) // 2, len(data) - 1]:
        store.layout.journal.write_bytes(data[:length])
        refused(store, code="journal_behind")
        assert not (store.layout.backups).exists()


def test_a_journal_cut_anywhere_without_the_derived_files_gives_what_it_still_says(played):
    store, states = played
    data = store.layout.journal.read_bytes()
    for each in (store.layout.experiments, store.layout.sessions):
        shutil.rmtree(each)
    store.layout.baseline.unlink()
    for length in range(len(data)):
        store.layout.journal.write_bytes(data[:length])
        store.layout.state.unlink(missing_ok=True)
        lines = data[:length].count(b"\n")
        assert (store.load(dict) or {}) == states[lines]["record"]
        if length % 7 == 0 or data[length - 1 :].startswith(b"\n"):
            warned = open_for_writing(store)
            torn = data[:length].rpartition(b"\n")[2]
            assert bool(torn) == bool(warned)
            assert seen(store) == states[lines]
            kept = sorted(store.layout.backups.iterdir()) if torn else []
            assert [path.read_bytes() for path in kept] == ([torn] if torn else [])
            for each in (store.layout.experiments, store.layout.sessions, store.layout.backups):
                shutil.rmtree(each, ignore_errors=True)
            store.layout.baseline.unlink(missing_ok=True)


def test_a_journal_cut_anywhere_behind_a_document_is_noticed(played):
    store, _ = played
    data = store.layout.journal.read_bytes()
    store.layout.state.unlink()
    for length in range(data.rindex(b'{"v":1')):
        store.layout.journal.write_bytes(data[:length])
        with pytest.raises(StateError):
            store.load(Record)


def test_state_json_cut_anywhere_is_made_anew(played):
    store, states = played
    data = store.layout.state.read_bytes()
    for length in range(len(data)):
        store.layout.state.write_bytes(data[:length])
        assert store.load(dict) == states[-1]["record"]
        if length % 5 == 0:
            (warning,) = open_for_writing(store)
            assert "state.json" in warning
            assert store.layout.state.read_bytes() == data
    open_for_writing(store)
    check_sound(store)


def test_every_flipped_bit_of_the_journal_is_found(played):
    store, states = played
    data = bytearray(store.layout.journal.read_bytes())
    for place in range(len(data)):
        for bit in (place % 8, (place + 5) % 8):
            data[place] ^= 1 << bit
            store.layout.journal.write_bytes(data)
            try:
                found = not store.verify_chain().ok
            except StateError:
                found = True
            assert found, (place, bit)
            data[place] ^= 1 << bit
        data[place] ^= 1 << place % 8
        store.layout.journal.write_bytes(data)
        assert store.load(dict) == states[-1]["record"]
        if place % 5 == 0:
            with pytest.raises(StateError):
                open_for_writing(store)
            assert store.layout.journal.read_bytes() == data
        data[place] ^= 1 << place % 8


def test_a_flipped_bit_is_found_without_state_json_too(played):
    store, _ = played
    data = bytearray(store.layout.journal.read_bytes())
    store.layout.state.unlink()
    for place in range(0, len(data), 2):
        data[place] ^= 1 << place % 8
        store.layout.journal.write_bytes(data)
        with pytest.raises(StateError):
            store.load(Record)
        data[place] ^= 1 << place % 8


def test_every_flipped_bit_of_state_json_is_mended_or_refused(played):
    store, states = played
    data = bytearray(store.layout.state.read_bytes())
    for place in range(len(data)):
        for bit in range(8):
            data[place] ^= 1 << bit
            store.layout.state.write_bytes(data)
            try:
                assert store.load(dict) == states[-1]["record"], (place, bit)
            except StateError as error:
                assert error.code == "newer_state"
            data[place] ^= 1 << bit


def test_a_flipped_bit_in_a_document_is_mended_from_the_journal(played):
    store, states = played
    path = store.layout.experiments / "001-reduce.json"
    data = bytearray(path.read_bytes())
    for place in range(len(data)):
        data[place] ^= 1 << place % 8
        path.write_bytes(data)
        try:
            assert store.experiment(1, dict) == states[-1]["documents"]["experiments/001-reduce"]
        except StateError as error:
            assert error.code == "newer_state"
        data[place] ^= 1 << place % 8


@pytest.mark.parametrize("junk", [b"", b"\n", b"{}\n", b"null\n", b"\0" * 4096, b"\xff\xfe" * 50, b"{" * 9000, b"[]"])
def test_garbage(played, junk):
    store, states = played
    journal_data, state_data = store.layout.journal.read_bytes(), store.layout.state.read_bytes()
    store.layout.journal.write_bytes(junk)
    refused(store)
    store.layout.state.write_bytes(junk)
    refused(store)
    store.layout.journal.write_bytes(journal_data)
    assert store.load(dict) == states[-1]["record"]
    open_for_writing(store)
    assert store.layout.state.read_bytes() == state_data


@pytest.mark.parametrize("junk", [b"\n", b"garbage\n", b"{}\n", b'{"v":1,"seq":9}\n', b"<<<<<<< HEAD\n", b" \n"])
def test_whole_lines_that_are_not_ours_are_named(played, junk):
    store, _ = played
    with store.layout.journal.open("ab") as file:
        file.write(junk)
    refused(store, code="journal_damaged")
    with pytest.raises(StateError, match=r"^Line 9 of \.autoloop/history\.jsonl is damaged\.$"):
        store.load(Record)
    chain = store.verify_chain()
    assert (chain.ok, chain.events, chain.first_bad_line) == (False, 8, 9)


def test_lines_of_ours_in_another_order_are_found(played):
    store, _ = played
    lines = store.layout.journal.read_bytes().splitlines(keepends=True)
    for order in ([0, 2, 1, *range(3, 8)], [0, 1, 1, *range(2, 8)], [*range(3), *range(4, 8)], [*range(1, 8)]):
        store.layout.journal.write_bytes(b"".join(lines[each] for each in order))
        assert not store.verify_chain().ok
        with pytest.raises(StateError):
            open_for_writing(store)


def test_a_journal_without_its_beginning_is_found_from_the_end(played):
    store, _ = played
    data = store.layout.journal.read_bytes()
    beginning = data.index(b"\n") + 1
    store.layout.journal.write_bytes(data[beginning:])
    with store.layout.journal.open("rb") as file, pytest.raises(journal.UnsoundError, match="not the first line"):
        list(journal.backwards(file, len(data) - beginning))


@pytest.mark.parametrize("tail", [b"{", b'{"v":1,"seq":9,"at":0.0', b"\0" * 3000, b"\0" * 3000 + b"\n", b"\xff"])
def test_what_a_crash_leaves_at_the_end_is_moved_aside(played, tail):
    store, states = played
    data = store.layout.journal.read_bytes()
    store.layout.journal.write_bytes(data + tail)
    assert store.load(dict) == states[-1]["record"]
    assert next(store.history(1)).seq == 8
    (warning,) = open_for_writing(store)
    (kept,) = store.layout.backups.iterdir()
    assert kept.read_bytes() == tail
    assert kept.name in warning
    assert store.layout.journal.read_bytes() == data
    check_sound(store)


def test_a_power_cut_may_take_several_unsynced_notes_and_no_step(store):
    with store.writing("test") as writer:
        step_init(writer)
        for number in range(4):
            writer.note("sample", number)
    data = store.layout.journal.read_bytes()
    lines = data.splitlines(keepends=True)
    hole = len(lines[0]) + len(lines[1]) + 10
    store.layout.journal.write_bytes(data[:hole] + bytes(20) + data[hole + 20 :])
    assert [event.seq for event in store.history()] == [2, 1]
    open_for_writing(store)
    assert [event.seq for event in store.history()] == [2, 1]
    store.layout.journal.write_bytes(data)
    with store.writing("test") as writer:
        step_pre(writer)
    data = store.layout.journal.read_bytes()
    store.layout.state.unlink()
    store.layout.journal.write_bytes(data[:hole] + bytes(20) + data[hole + 20 :])
    refused(store, code="journal_damaged")


def test_a_missing_journal_is_no_fresh_start(played):
    store, _ = played
    store.layout.journal.unlink()
    refused(store, code="journal_behind")
    store.layout.state.write_bytes(b"")
    refused(store, code="journal_missing")
    store.layout.state.unlink()
    refused(store, code="journal_behind")
    assert not store.layout.journal.exists()


def test_a_missing_state_json_is_made_anew(played):
    store, states = played
    data = store.layout.state.read_bytes()
    store.layout.state.unlink()
    assert store.load(dict) == states[-1]["record"]
    assert open_for_writing(store) == []
    assert store.layout.state.read_bytes() == data


def test_a_state_json_of_another_time_is_made_anew(played):
    store, states = played
    data = store.layout.state.read_bytes()
    other = json.loads(data)
    for change in ({"seq": 7}, {"hash": "0" * 32}, {"journal_bytes": 10}, {"record": {"state": "forged"}, "seq": 3}):
        body = json.dumps({k: v for k, v in (other | change).items() if k != "sum"}, separators=(",", ":")).encode()
        store.layout.state.write_bytes(journal.framed(body, __import__("autoloop.store.frame").store.frame.crc))
        open_for_writing(store)
        assert store.load(dict) == states[-1]["record"] or change == {"seq": 7}
        check_sound(store)


def test_huge_files_cost_no_memory_and_no_time(played):
    store, states = played
    os.truncate(store.layout.state, 5 << 30)
    assert store.load(dict) == states[-1]["record"]
    open_for_writing(store)
    assert store.layout.state.stat().st_size < 1000
    os.truncate(store.layout.journal, 5 << 30)
    with pytest.raises(StateError, match="Line 9 "):
        store.load(Record)
    assert not store.verify_chain().ok


def test_a_newer_version_is_refused_by_name(played):
    store, _ = played
    state = store.layout.state.read_text()
    store.layout.state.write_text(state.replace('"schema_version":1', '"schema_version":7'))
    refused(store, code="newer_state")
    with pytest.raises(StateError, match=r"version 7; this AutoLoop knows up to 1"):
        store.load(Record)
    store.layout.state.write_text(state)
    path = store.layout.experiments / "001-reduce.json"
    path.write_text(path.read_text().replace('"schema_version":1', '"schema_version":2'))
    with pytest.raises(StateError, match=r"experiments/001-reduce\.json has format version 2"):
        store.experiment(1, dict)


def test_lines_of_a_newer_version_are_refused_by_name(store, monkeypatch):
    with store.writing("test") as writer:
        step_init(writer)
        with monkeypatch.context() as patch:
            patch.setattr("autoloop.store.writer.VERSION", 2)
            writer.note("sample", None)
    refused(store, code="newer_state")
    with pytest.raises(StateError) as caught:
        list(store.history())
    assert caught.value.code == "newer_state"
    with pytest.raises(StateError):
        store.rebuild()


def lift_once(name, fields):
    if name == "record":
        return {"word" if key == "state" else key: value for key, value in fields.items()}
    return fields | {"lifted": schema.msgspec.Raw(b"true")}


def test_an_older_version_is_lifted_with_a_backup(played, monkeypatch):
    store, states = played
    old = store.layout.state.read_bytes()
    for module in ("schema", "fold", "derived", "recovery", "writer"):
        monkeypatch.setattr(f"autoloop.store.{module}.VERSION", 2)
    monkeypatch.setitem(schema.LIFTS, 1, lift_once)
    expected = {"word" if key == "state" else key: value for key, value in states[-1]["record"].items()}
    assert store.load(dict) == expected
    assert store.experiment(1, dict)["lifted"] is True
    open_for_writing(store)
    (kept,) = store.layout.backups.iterdir()
    assert kept.read_bytes() == old
    assert b'"schema_version":2' in store.layout.state.read_bytes()
    with store.writing("test") as writer:
        writer.commit("next", record=expected | {"count": 9})
    store.layout.state.unlink()
    assert store.load(dict) == expected | {"count": 9}


KINDS = ["directory", "link", "dangling", "fifo", "socket"]


def put(kind: str, path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        path.rename(path.with_name("real"))
    if kind == "directory":
        path.mkdir()
    elif kind in {"link", "dangling"}:
        path.symlink_to("real" if kind == "link" else "nowhere")
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "file":
        path.write_text("")
    else:
        here = Path.cwd()
        os.chdir(path.parent)
        try:
            with socket.socket(socket.AF_UNIX) as each:
                each.bind(path.name)
        finally:
            os.chdir(here)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["state", "journal"])
def test_files_of_another_kind_are_refused_without_hanging(played, name, kind):
    store, _ = played
    put(kind, getattr(store.layout, name))
    refused(store, code="not_a_file")


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_of_another_kind_is_refused_without_hanging(played, kind):
    store, _ = played
    put(kind, store.layout.experiments / "001-reduce.json")
    with pytest.raises(StateError, match=r"experiments/001-reduce\.json"):
        store.experiment(1, dict)


@pytest.mark.parametrize("kind", ["file", *KINDS[1:]])
@pytest.mark.parametrize("name", ["home", "experiments", "sessions"])
def test_directories_of_another_kind_are_refused(played, name, kind):
    store, _ = played
    put(kind, getattr(store.layout, name))
    with pytest.raises(StateError, match="should be a directory"):
        open_for_writing(store)
    with pytest.raises(StateError, match="should be a directory"):
        (store.load if name == "home" else store.experiments if name == "experiments" else store.sessions)(dict)


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_of_another_kind_is_refused_without_hanging(played, kind):
    store, _ = played
    put(kind, store.layout.lock)
    with pytest.raises(StateError, match="lock"):
        open_for_writing(store)


@pytest.fixture
def open_world():
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o777)
        yield Store(Layout(root / "work")), legal_states(root / "work")
        for path in [root, *root.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o777)


def outcome(doing) -> str:
    try:
        doing()
    except AutoLoopError as error:
        return error.code
    return ""


def as_somebody_else(work) -> None:
    """Run in a child without root's powers, which may do what it likes with any file."""

    def harmless(_acknowledge):
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        work()

    assert in_child(harmless) == (0, 0)


@pytest.mark.parametrize("name", ["state", "journal", "home"])
def test_what_may_not_be_read_is_said(open_world, name):
    store, _ = open_world
    getattr(store.layout, name).chmod(0)

    def work():
        for doing in (lambda: open_for_writing(store), lambda: store.load(dict), store.exists):
            code = outcome(doing)
            assert code == "no_permission" or (code == "" and name != "home")

    as_somebody_else(work)


def test_a_workspace_that_may_not_be_written_can_be_read(open_world):
    store, states = open_world
    for path in [store.layout.home, *store.layout.home.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)

    def work():
        assert store.load(dict) == states[-1]["record"]
        assert store.experiment(1, dict)
        assert len(list(store.history())) == len(STEPS)
        assert store.verify_chain().ok
        with pytest.raises(StateError) as caught:
            open_for_writing(store)
        assert caught.value.code == "no_permission"
        if store.layout.lock.stat().st_uid != os.geteuid():
            assert "it belongs to user id" in caught.value.why

    as_somebody_else(work)


def test_playing_on_after_recovery(played):
    store, _ = played
    with store.layout.journal.open("ab") as file:
        file.write(b'{"v":1,"torn')
    play(store)
    assert next(store.history(1)).seq == 16
    check_sound(store)
