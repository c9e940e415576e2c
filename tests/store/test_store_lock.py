"""One writer at a time, whoever else is there; readers never wait."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest
from store_world import Record, check_sound, in_child, step_init, step_pre

from autoloop.errors import EXIT_LOCKED, LockedError, StateError
from autoloop.paths import Layout
from autoloop.store import Store
from autoloop.store.lock import _is_taken, read_holder, start_time


@pytest.fixture
def held(store):
    """Somebody else holds the lock until killed."""
    receiving, sending = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            with store.writing("eval") as writer:
                step_init(writer)
                os.write(sending, b".")
                time.sleep(30)
        finally:
            os._exit(1)
    os.read(receiving, 1)
    os.close(receiving)
    os.close(sending)
    yield pid
    if os.waitpid(pid, os.WNOHANG) == (0, 0):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_four_processes_make_two_hundred_distinct_consecutive_steps(store):
    pids = []
    for name in range(4):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                for count in range(50):
                    with store.writing(f"worker {name}", wait=30) as writer:
                        record = writer.load(dict) or {}
                        writer.commit("step", record=record | {f"n{name}": count, "total": record.get("total", 0) + 1})
                status = 0
            finally:
                os._exit(status)
        pids.append(pid)
    while os.waitpid(pids[0], os.WNOHANG) == (0, 0):
        assert (store.load(dict) or {}).get("total", 0) <= 200
        list(store.history(5))
    assert [os.waitpid(pid, 0)[1] for pid in pids[1:]] == [0, 0, 0]
    assert [event.seq for event in store.history()] == list(range(200, 0, -1))
    assert store.load(dict) == {"n0": 49, "n1": 49, "n2": 49, "n3": 49, "total": 200}
    check_sound(store)


def test_waiting_is_bounded_and_names_the_holder(store, held):
    asked = []
    began = time.monotonic()
    with pytest.raises(LockedError) as caught, store.writing("keep", wait=0.3, on_wait=asked.append):
        pass
    assert 0.3 <= time.monotonic() - began < 30
    assert caught.value.exit_code == EXIT_LOCKED
    assert f"eval (process {held})" in caught.value.what
    assert f"kill {held}" in caught.value.fix
    (holder,) = asked
    assert (holder.pid, holder.command) == (held, "eval")
    assert abs(holder.since - time.time()) < 30


def test_readers_do_not_wait(store, held):
    assert store.load(Record) == Record()
    assert len(list(store.history())) == 1
    assert store.verify_chain().ok


def test_rebuilding_waits_like_any_writer(store, held):
    with pytest.raises(LockedError):
        store.rebuild(wait=0.0)


def test_a_killed_holder_frees_the_lock(store, held):
    os.kill(held, signal.SIGKILL)
    with store.writing("next", wait=5) as writer:
        assert step_pre(writer) == 2
    assert not store.layout.lock_holder.exists()


def test_a_waiter_gets_the_lock_when_it_is_free(store, held):
    with pytest.raises(LockedError), store.writing("impatient", wait=0):
        pass
    woken = in_child(lambda _: (time.sleep(0.1), os.kill(held, signal.SIGKILL)))
    assert woken == (0, 0)
    with store.writing("next", wait=5) as writer:
        assert writer.seq == 1


def test_children_do_not_inherit_the_lock(store):
    with store.writing("eval"):
        child = subprocess.Popen(["sleep", "30"], close_fds=False)
    try:
        with store.writing("keep", wait=0) as writer:
            assert step_init(writer) == 1
    finally:
        child.kill()
        child.wait()


def test_the_lock_is_free_again_after_an_error(store):
    with pytest.raises(ZeroDivisionError), store.writing("eval") as writer:
        step_init(writer) / 0
    with store.writing("next", wait=0) as writer:
        assert writer.load(Record) == Record()


def test_a_lock_on_a_file_that_is_no_longer_there_is_none(tmp_path):
    path = tmp_path / "lock"
    with path.open("w") as gone:
        assert _is_taken(gone.fileno(), path)
        path.unlink()
        assert not _is_taken(gone.fileno(), path)
        path.write_text("")
        assert not _is_taken(gone.fileno(), path)


def test_a_writer_whose_lock_was_deleted_notices_the_other_one(store):
    with store.writing("first") as first:
        step_init(first)
        store.layout.lock.unlink()
        with store.writing("second", wait=0) as second:
            step_pre(second)
        with pytest.raises(StateError) as caught:
            step_pre(first)
        assert caught.value.code == "journal_changed"
    check_sound(store)


@pytest.mark.parametrize("note", [b"", b"{", b'{"pid":1}', b'{"pid":999999999,"started":1,"command":"x","since":0}'])
def test_a_holder_that_cannot_be_known_is_not_named(store, held, note):
    store.layout.lock_holder.write_bytes(note)
    assert read_holder(store.layout) is None
    with pytest.raises(LockedError, match="Another AutoLoop command"), store.writing("keep", wait=0):
        pass


def test_a_reused_process_number_is_told_apart(store, held):
    note = store.layout.lock_holder.read_bytes()
    assert read_holder(store.layout).pid == held
    if start_time(held) is None:
        pytest.skip("this system does not tell when a process began")
    store.layout.lock_holder.write_bytes(note.replace(b'"started":', b'"started":1'))
    assert read_holder(store.layout) is None


def test_two_workspaces_do_not_share_a_lock(tmp_path):
    roots = [tmp_path / "one", tmp_path / "two"]
    for root in roots:
        root.mkdir()
    with Store(Layout(roots[0])).writing("a", wait=0), Store(Layout(roots[1])).writing("b", wait=0) as writer:
        assert step_init(writer) == 1
