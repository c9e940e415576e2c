from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autoloop import machine_lock as lock
from autoloop.errors import LockedError

PROGRAM = """
import os, sys, time
from autoloop.machine_lock import machine_lock
with machine_lock(0, print):
    if "--child" in sys.argv and os.fork() == 0:
        time.sleep(20)
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """A lock file of the test's own."""
    monkeypatch.delenv(lock.HELD, raising=False)
    monkeypatch.setenv(lock.PLACE, str(tmp_path / "lock"))
    return tmp_path / "lock"


@pytest.fixture
def other(place, tmp_path):
    """Another process that has the lock."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, cwd=tmp_path)
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.communicate()


def test_free_again_afterwards(place):
    for _ in range(2):
        with lock.machine_lock(0, pytest.fail):
            assert json.loads(place.read_text())["pid"] == os.getpid()


def test_busy_after_a_bounded_wait_and_says_by_whom(other, tmp_path):
    told: list[str] = []
    began = time.monotonic()
    with pytest.raises(LockedError) as caught, lock.machine_lock(0.5, told.append):
        pytest.fail("two at once")
    assert 0.5 <= time.monotonic() - began < 30
    assert caught.value.code == "machine_busy"
    assert f"process {other.pid}" in caught.value.why
    assert str(tmp_path) in caught.value.why
    assert len(told) == 1
    assert f"process {other.pid}" in told[0]


def test_death_frees_it(other):
    other.send_signal(signal.SIGKILL)
    other.wait()
    with lock.machine_lock(2, lambda _: None):
        pass


def test_waiting_ends_with_the_other_benchmark(other):
    def end(_: str) -> None:
        other.kill()

    with lock.machine_lock(5, end):
        assert other.wait(60) == -signal.SIGKILL


def test_commands_do_not_inherit_it(place, execute):
    with lock.machine_lock(0, pytest.fail):
        done = execute("ls -l /proc/$$/fd; true")
        assert str(place) not in done.stdout.read_text()


def test_held_already_inside_a_run_of_the_holder(place):
    with lock.machine_lock(0, pytest.fail):
        with lock.machine_lock(0, pytest.fail):
            pass
        subprocess.run([sys.executable, "-c", PROGRAM.replace("time.sleep(60)", "pass")], check=True, timeout=120)
        with pytest.raises(LockedError):
            _as_a_stranger()
    assert lock.HELD not in os.environ


def _as_a_stranger() -> None:
    held = os.environ.pop(lock.HELD)
    try:
        with lock.machine_lock(0, lambda _: None):
            pass
    finally:
        os.environ[lock.HELD] = held


@pytest.mark.parametrize("obstacle", ["link", "dangling", "pipe", "directory", "hard link"])
def test_what_is_no_plain_file_is_not_used(tmp_path, monkeypatch, obstacle):
    shared, victim = tmp_path / "shared", tmp_path / "victim"
    victim.write_text("precious")
    {
        "link": lambda: shared.symlink_to(victim),
        "dangling": lambda: shared.symlink_to(tmp_path / "nowhere"),
        "pipe": lambda: os.mkfifo(shared),
        "directory": shared.mkdir,
        "hard link": lambda: shared.hardlink_to(victim),
    }[obstacle]()
    (tmp_path / "runtime").mkdir()
    monkeypatch.delenv(lock.HELD, raising=False)
    monkeypatch.delenv(lock.PLACE, raising=False)
    monkeypatch.setattr(lock, "_SHARED", shared)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    with lock.machine_lock(0, pytest.fail):
        pass
    assert [path.name for path in (tmp_path / "runtime").iterdir()] == ["autoloop-benchmark.lock"]
    assert victim.read_text() == "precious"
    assert not (tmp_path / "nowhere").exists()


def test_without_any_place_it_is_said(tmp_path, monkeypatch):
    monkeypatch.delenv(lock.HELD, raising=False)
    monkeypatch.setenv(lock.PLACE, str(tmp_path / "no" / "such" / "directory"))
    told: list[str] = []
    with lock.machine_lock(0, told.append):
        pass
    assert len(told) == 1


@pytest.mark.parametrize("text", ["", "garbage", '{"pid": "x"}', "[" * 5000])
def test_holder_that_does_not_say(other, place, text):
    place.write_text(text)
    with pytest.raises(LockedError) as caught, lock.machine_lock(0, pytest.fail):
        pass
    assert "does not say" in caught.value.why


def test_holder_is_shown_plainly(other, place):
    place.write_text(json.dumps({"pid": 1, "command": "\x1b[31m" + "x" * 900, "repository": "a\nb", "since": 0}))
    with pytest.raises(LockedError) as caught, lock.machine_lock(0, pytest.fail):
        pass
    assert caught.value.why.isprintable()
    assert len(caught.value.why) < 500


def test_quiet_at_once():
    load = lock.wait_for_quiet(0.5, 10, pytest.fail, pytest.fail, lambda: 0.5)
    assert (load.busy, load.waited, load.quiet) == (0.5, 0, True)


def test_waits_until_it_is_quiet():
    loads, slept, told = iter([0.9, 0.8, 0.2]), [], []
    load = lock.wait_for_quiet(0.5, 10, told.append, slept.append, lambda: next(loads))
    assert load.quiet
    assert load.waited == pytest.approx(sum(slept))
    assert len(told) == 1
    assert "90%" in told[0]


def test_measures_all_the_same_in_the_end():
    slept: list[float] = []
    load = lock.wait_for_quiet(0.5, 12, lambda _: None, slept.append, lambda: 1.0)
    assert not load.quiet
    assert sum(slept) == pytest.approx(12)
    assert load.waited == pytest.approx(12)


def test_busy_share_sees_work():
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        time.sleep(0.3)
        seen = max(lock.busy_share() for _ in range(3))
    finally:
        busy.kill()
        busy.wait()
    assert 0.5 / (os.cpu_count() or 1) < seen <= 1


def test_busy_share_without_the_kernels_table(monkeypatch):
    monkeypatch.setattr(lock, "_processor_time", lambda: None)
    assert 0 <= lock.busy_share() <= 1
