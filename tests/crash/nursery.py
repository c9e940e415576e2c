"""Starts the program many times without importing it many times: most of a short command's time are its imports.

Runs as a process of its own under the interposing library (see ``interposer``). Every request forks a child that is,
from its first own step on, what ``python -m autoloop`` is: the same code, a directory, an environment, arguments, two
files for its output. ``test_crash_harness`` proves that both pass the same points.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent.parent / "loop"))

import warm

_SLOW = {"mcp_server", "report", "render", "__main__"}


class Nursery:
    """One such process; ``plant`` names a mistake to put into it."""

    def __init__(self, preload: str, plant: str = "") -> None:
        self._outputs = tempfile.TemporaryDirectory(prefix="autoloop-nursery-")
        self._process = subprocess.Popen(
            [sys.executable, __file__, *([plant] if plant else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "LD_PRELOAD": preload},
            text=True,
        )

    def run(self, arguments: list[str], cwd: Path, env: dict[str, str], patience: float) -> tuple[int, str, str]:
        """Exit code (negative for a signal), stdout, stderr."""
        out, err = (Path(self._outputs.name) / name for name in ("out", "err"))
        request = {"arguments": arguments, "cwd": str(cwd), "env": env, "out": str(out), "err": str(err)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], patience)[0]:
            raise AssertionError(f"{arguments} is not done after {patience} s")
        status = int(self._process.stdout.readline())
        return os.waitstatus_to_exitcode(status), *(f.read_text(errors="replace") for f in (out, err))

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process.wait()
        self._outputs.cleanup()


def _serve() -> None:
    warm.up(_SLOW)
    for name in sys.argv[1:]:
        from planted import PLANTED

        PLANTED[name]()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
        sys.stdout.write(f"{os.waitpid(child, 0)[1]}\n")
        sys.stdout.flush()


def _become(request: dict[str, Any]) -> None:
    from autoloop.cli import main

    os.chdir(request["cwd"])
    for name in list(os.environ):
        del os.environ[name]
    os.environ.update(request["env"])
    for fd, name in ((0, os.devnull), (1, request["out"]), (2, request["err"])):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | (os.O_TRUNC if fd else 0), 0o600), fd)
    with suppress(AttributeError):  # where nothing is interposed
        ctypes.CDLL(None).autoloop_attach()
    code = 70
    try:
        main(request["arguments"])
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
