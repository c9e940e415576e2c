"""The one place that runs git."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec

from autoloop.errors import GitError
from autoloop.git.failures import explain
from autoloop.undisturbed import undisturbed

_KEPT = {
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_AUTHOR_DATE",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
    "GIT_COMMITTER_DATE",
}
_SET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_OPTIONS = (
    "core.fsync=all",
    "core.fsyncMethod=fsync",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.quotePath=false",
    "core.safecrlf=false",
    "core.splitIndex=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=0",
    "i18n.commitEncoding=UTF-8",
    "advice.detachedHead=false",
)
# hooks that plumbing would run (reference-transaction, post-index-change, post-checkout) have no part in our own refs
_NO_HOOKS = "core.hooksPath=/dev/null"
_OLD_FSYNC = "core.fsyncObjectFiles=true"
_FSYNC_SINCE = (2, 36)
_GRACE = 5.0
_PAUSE = 0.005
_DEFAULT = (signal.SIGPIPE, signal.SIGXFSZ)  # Python ignores them, and a child would inherit that


class Call(msgspec.Struct, frozen=True):
    """One run of git: arguments and what it is given.

    ``hooks`` lets the repository's own hooks run; ``patience`` (seconds) ends a call that hangs; ``options`` are added
    after the usual ones.
    """

    args: tuple[str, ...]
    stdin: bytes = b""
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    ok: tuple[int, ...] = (0,)
    options: tuple[str, ...] = ()
    hooks: bool = False
    patience: float | None = None


class Answer(msgspec.Struct, frozen=True):
    """What git said."""

    code: int
    out: bytes
    err: str


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The caller's environment without any ``GIT_*`` but identity and the choice of configuration files."""
    kept = {name: value for name, value in os.environ.items() if _passes(name)}
    return kept | _SET | dict(extra or {})


def run(call: Call, version: tuple[int, ...]) -> Answer:
    """Run git to its end.

    Raises:
        GitError: ``git_missing``, or what ``failures.explain`` makes of an exit code that ``call.ok`` does not name.
    """
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        stdin.write(call.stdin)
        stdin.seek(0)
        code = _wait(call, version, (stdin, out, err))
        answer = Answer(code, _content(out), _content(err).decode(errors="replace").strip())
    if answer.code not in call.ok:
        import shlex

        raise explain(shlex.join(call.args[:2]), answer.code, answer.err)
    return answer


def _passes(name: str) -> bool:
    return not name.startswith("GIT_") or name in _KEPT or name.startswith("GIT_CONFIG_")


def _wait(call: Call, version: tuple[int, ...], files: tuple[IO[bytes], ...]) -> int:
    """Exit code of git; negative is the signal that ended it.

    Spawned without ``sh``, whose import alone costs more than all that ``next`` asks of git.
    """
    words = ["-C", os.fspath(call.cwd or Path.cwd()), *_arguments(call, version)]
    pid = os.posix_spawn(
        _git(),
        [b"git", *(word.encode(errors="surrogateescape") for word in words)],
        environment(call.env),
        file_actions=[(os.POSIX_SPAWN_DUP2, file.fileno(), number) for number, file in enumerate(files)],
        setsid=True,  # no terminal to ask at, and Ctrl-C is ours to pass on
        setsigmask=(),
        setsigdef=_DEFAULT,
    )
    with _Timer(call.patience, lambda: _end(pid)):
        try:
            _, status = os.waitpid(pid, 0)
        except BaseException:
            with undisturbed():
                _see_off(pid)
            raise
    return os.waitstatus_to_exitcode(status)


def _arguments(call: Call, version: tuple[int, ...]) -> list[str]:
    options = list(_OPTIONS)
    if not call.hooks:
        options.append(_NO_HOOKS)
    if version and version < _FSYNC_SINCE:
        options.append(_OLD_FSYNC)
    return [word for option in (*options, *call.options) for word in ("-c", option)] + list(call.args)


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


@functools.cache
def _git() -> str:
    found = shutil.which("git")
    if found is None:
        raise GitError("git_missing", "Git is not installed.", why="No git on PATH.", fix="Install git 2.31 or newer.")
    return found


def _see_off(pid: int) -> None:
    """End git before we go ourselves: TERM lets it remove its own lock files, and KILL ends what does not listen."""
    end = time.monotonic() + _GRACE
    with suppress(ChildProcessError):  # the signal came when its end had been collected already
        if os.waitpid(pid, os.WNOHANG)[0]:
            return
        _end(pid)
        while not os.waitpid(pid, os.WNOHANG)[0]:
            if time.monotonic() > end:
                _end(pid, signal.SIGKILL)
            time.sleep(_PAUSE)


def _end(pid: int, signum: signal.Signals = signal.SIGTERM) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signum)


class _Timer:
    """A timer as a context; none when there are no seconds."""

    def __init__(self, seconds: float | None, action: Callable[[], None]) -> None:
        self._seconds, self._action = seconds, action
        self._cancel: Callable[[], None] | None = None

    def __enter__(self) -> None:
        if self._seconds is None:
            return
        from threading import Timer

        timer = Timer(self._seconds, self._action)
        timer.daemon = True
        timer.start()
        self._cancel = timer.cancel

    def __exit__(self, *_: object) -> None:
        if self._cancel:
            self._cancel()
