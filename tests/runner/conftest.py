from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from runner_world import wait_for

from autoloop import runner


@pytest.fixture
def execute(tmp_path) -> Callable[..., runner.Finished]:
    """Runs a shell line in ``tmp_path``; further arguments go to ``Command`` or to ``run``."""

    def call(shell: str | None = None, **options) -> runner.Finished:
        callbacks = {name: options.pop(name) for name in ("on_start", "on_tick") if name in options}
        command = runner.Command(**{"cwd": tmp_path, "shell": shell, "grace": 0.3} | options)
        return runner.run(command, stdout=tmp_path / "out.log", stderr=tmp_path / "err.log", **callbacks)

    return call


@pytest.fixture
def _no_survivors(monkeypatch):
    """Fails when the test leaves a process behind."""
    name = f"OF_TEST_{os.urandom(6).hex()}"
    monkeypatch.setenv(name, "1")
    yield
    wait_for(
        lambda: not [pid for pid in Path("/proc").iterdir() if pid.name.isdigit() and name.encode() in _environ(pid)]
    )


def _environ(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""
