"""The error tree: everything a user can cause has a code, a what, a why and a fix.

Exit codes are decided here and nowhere else:
0 done, 1 refused by a guard, 2 usage, 3 config or state file is wrong, 4 a user's command failed, 5 git said no,
6 budget exhausted, 7 somebody else holds the lock, 8 still running, 70 a bug, 130/143 interrupted.
"""

from __future__ import annotations

EXIT_DONE = 0
EXIT_REFUSED = 1
EXIT_USAGE = 2
EXIT_CONFIG = 3
EXIT_COMMAND = 4
EXIT_GIT = 5
EXIT_BUDGET = 6
EXIT_LOCKED = 7
EXIT_RUNNING = 8
EXIT_BUG = 70


class AutoLoopError(Exception):
    """An error the user can read and act on.

    Attributes:
        code: stable machine-readable name in snake_case, for example ``guardrail_failed``.
        what: one sentence saying what did not happen.
        why: the reason, with the facts at hand; may be empty when ``what`` says it all.
        fix: what to type or edit next; may be empty only when nothing can be done.
        exit_code: process exit code, one per class.
        reasons: everything in the way when a guard said no (``model.Blocked``).
        unfinished: the effect is half done; the record stays in its working state for ``resume``.
    """

    exit_code = EXIT_BUG
    unfinished = False
    reasons: tuple[object, ...] = ()

    def __init__(self, code: str, what: str, *, why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.why = why
        self.fix = fix


class RefusedError(AutoLoopError):
    """A guard of the state machine said no."""

    exit_code = EXIT_REFUSED


class UsageError(AutoLoopError):
    """The command line does not make sense."""

    exit_code = EXIT_USAGE


class ConfigError(AutoLoopError):
    """``config.toml`` or the workflow file is wrong."""

    exit_code = EXIT_CONFIG


class StateError(AutoLoopError):
    """A file under ``.autoloop/`` is damaged, foreign or from a newer version."""

    exit_code = EXIT_CONFIG


class CommandError(AutoLoopError):
    """One of the user's commands failed, timed out or printed no usable number."""

    exit_code = EXIT_COMMAND


class GitError(AutoLoopError):
    """Git refused, or the repository is in a state that we must not touch."""

    exit_code = EXIT_GIT


class BudgetError(AutoLoopError):
    """A limit of the session is reached."""

    exit_code = EXIT_BUDGET


class LockedError(AutoLoopError):
    """Somebody else holds the workspace lock or the machine's benchmark lock."""

    exit_code = EXIT_LOCKED


class StillRunningError(AutoLoopError):
    """A detached evaluation has not finished yet."""

    exit_code = EXIT_RUNNING


def of_exit_code(exit_code: int, code: str, what: str, *, why: str = "", fix: str = "") -> AutoLoopError:
    """An error of the class that this exit code belongs to: one that another process has told of."""
    kinds = (RefusedError, UsageError, ConfigError, CommandError, GitError, BudgetError, LockedError, StillRunningError)
    kind = next((kind for kind in kinds if kind.exit_code == exit_code), AutoLoopError)
    error = kind(code, what, why=why, fix=fix)
    error.exit_code = exit_code
    return error


class InterruptedBySignalError(AutoLoopError):
    """SIGINT, SIGTERM or SIGHUP arrived; the exit code is 128 plus the signal's number."""

    def __init__(self, signum: int, *, fix: str = "autoloop resume") -> None:
        super().__init__("interrupted", f"Interrupted by signal {signum}.", why="Nothing was lost.", fix=fix)
        self.exit_code = 128 + signum
