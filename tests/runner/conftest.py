from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autoloop import runner


@pytest.fixture
def execute(tmp_path) -> Callable[..., runner.Finished]:
    """Runs a shell line in ``tmp_path``; further arguments go to ``Command`` or to ``run``."""

    def call(shell: str | None = None, **options) -> runner.Finished:
        callbacks = {name: options.pop(name) for name in ("on_start", "on_tick") if name in options}
        command = runner.Command(**{"cwd": tmp_path, "shell": shell, "grace": 0.3} | options)
        return runner.run(command, stdout=tmp_path / "out.log", stderr=tmp_path / "err.log", **callbacks)

    return call


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def number_in(path: Path, patience: float = 5.0) -> int:
    """The number that a process writes into a file, once it is there."""
    wait_for(lambda: path.exists() and path.read_text().endswith("\n"), patience)
    return int(path.read_text())


def wait_for(true: Callable[[], object], patience: float = 5.0) -> None:
    """Wait, bounded, for something to become true."""
    give_up = time.monotonic() + patience
    while not true():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def _no_survivors(monkeypatch):
    """Fails when the test leaves a process behind."""
    name = f"OF_TEST_{os.urandom(6).hex()}"
    monkeypatch.setenv(name, "1")
    yield
    left = [pid for pid in Path("/proc").iterdir() if pid.name.isdigit() and name.encode() in _environ(pid)]
    assert left == []


def _environ(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""
