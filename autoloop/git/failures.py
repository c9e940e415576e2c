"""What git's complaints mean: from a failed call to an error the user can act on."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from autoloop.errors import GitError

_P = ParamSpec("_P")
_R = TypeVar("_R")
# pattern in git's message, code, what, fix
_KNOWN = (
    (
        r"index\.lock': File exists",
        "index_locked",
        "Another git process holds the index.",
        "Wait for it, or if none is running remove .git/index.lock, then repeat the command.",
    ),
    (
        r"\.lock': File exists",
        "ref_locked",
        "Another git process holds a reference.",
        "Wait for it, or if none is running remove the lock file named above, then repeat the command.",
    ),
    (r"No space left on device", "disk_full", "The disk is full.", "Free some space, then repeat the command."),
    (
        r"Read-only file system|Permission denied|insufficient permission",
        "not_writable",
        "Git may not write here.",
        "Make the repository writable, or run the command outside the sandbox.",
    ),
    (
        r"dubious ownership|unsafe repository",
        "unsafe_repository",
        "Git does not trust this repository, because somebody else owns it.",
        "git config --global --add safe.directory {path}",
    ),
    (
        r"must be run in a work tree",
        "bare_repository",
        "There is no work tree here.",
        "Change to a directory with a checkout: git worktree add, or git clone.",
    ),
    (
        r"not a git repository",
        "not_a_repository",
        "This is not a git repository.",
        "git init, or change to a directory inside a repository.",
    ),
    (
        r"gpg failed to sign|failed to write commit object|load public key|cannot run gpg|signingkey|ssh-keygen",
        "signing_failed",
        "The commit could not be signed.",
        "Make `git commit -S` work here, or git config commit.gpgsign false.",
    ),
    (
        r"(clean|smudge) filter|external filter",
        "filter_failed",
        "A filter of .gitattributes failed.",
        "Make `git checkout` work here: install what the filter needs.",
    ),
    (
        r"promisor|remote helper|could not fetch|Could not read from remote",
        "objects_missing",
        "Objects are missing in this partial clone.",
        "git fetch --refetch, or clone without --filter.",
    ),
    (
        r"bad object|unable to read|missing blob|invalid object|loose object .* corrupt|is corrupt",
        "damaged_repository",
        "The repository is damaged.",
        "git fsck --full",
    ),
)
_TAIL = 400
_QUOTED = re.compile(r"safe\.directory (.+)$", re.MULTILINE)


def explain(command: str, code: int, complaint: str) -> GitError:
    """The error for ``git <command>`` that ended with ``code`` after saying ``complaint``."""
    why = complaint[-_TAIL:] or f"It ended with exit code {code}."
    unknown = GitError("git_failed", f"git {command} failed.", why=why, fix="git status, then repeat the command.")
    return _recognised(complaint) or unknown


def _recognised(complaint: str) -> GitError | None:
    for pattern, name, what, fix in _KNOWN:
        if re.search(pattern, complaint):
            return GitError(name, what, why=complaint[-_TAIL:], fix=fix.format(path=_directory(complaint)))
    return None


def told(action: Callable[_P, _R]) -> Callable[_P, _R]:
    """Make what the system says of a file (disk full, no permission) an error the user can act on."""

    @functools.wraps(action)
    def telling(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return action(*args, **kwargs)
        except OSError as error:
            raise _explain_file(error) from error

    return telling


def _explain_file(error: OSError) -> GitError:
    unknown = GitError(
        "file_failed",
        "A file could not be read or written.",
        why=str(error),
        fix="Look at the file named above, then repeat the command.",
    )
    return _recognised(str(error)) or unknown


def _directory(complaint: str) -> str:
    found = _QUOTED.search(complaint)
    return found[1].strip() if found else "."
