"""AutoLoop as a command of its own: how this very program is started again, and started so that it outlives us."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_UNTOUCHED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def program() -> tuple[str, ...]:
    """The words that start this program, wherever one stands and whatever ``PATH`` says.

    ``-P`` keeps Python from importing what lies in the current directory: the user's repository is not ours to run.
    """
    library = os.fspath(Path(__file__).parent.parent.parent)
    call = (
        f"import sys; sys.argv[0] = 'autoloop'; sys.path.insert(0, {library!r}); from autoloop.cli import main; main()"
    )
    return sys.executable, "-P", "-c", call


def start(words: Sequence[str], *, stdout: Path, stderr: Path) -> int:
    """Start this program in a session of its own, without waiting for it; returns its process id.

    No terminal and no caller's end reaches it. It works in the directory that we are in.

    Args:
        words: the command and its options.
        stdout: file for the answer; its directory exists.
        stderr: file for what else it says.

    Raises:
        OSError: the system did not give us a process, or a file cannot be written.
    """
    argv = [*program(), *words]
    written = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    return os.posix_spawn(
        argv[0],
        argv,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.fspath(stdout), written, 0o666),
            (os.POSIX_SPAWN_OPEN, 2, os.fspath(stderr), written, 0o666),
        ],
        setsid=True,
        setsigdef=_UNTOUCHED,
    )


def ended(pid: int) -> bool:
    """Whether a process that ``start`` has started is over; it is collected then."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True
