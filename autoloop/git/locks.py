"""Git's lock files: taking the index's, and what a killed process left behind.

Only one AutoLoop command at a time writes to a work tree, so a lock that carries our mark belongs to a command that
was killed. A lock that one of our git calls was killed with carries no mark: it is taken for stale when it holds
what we were about to write or the beginning of it, is some seconds old, no process has it open and no other git is at
work here; it is moved aside, not deleted.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from autoloop.errors import GitError
from autoloop.git import holders
from autoloop.git.handle import Git

_MARK = b"autoloop\n"
_DRAFT = "autoloop-lock"
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EXDEV, errno.EMLINK}
_PATIENCE = 5.0
_PAUSE = 0.05
_OLD = 3.0
_ASIDE = "autoloop-stale"


@contextmanager
def index(git: Git) -> Iterator[None]:
    """Hold the lock of the user's index, as git itself does.

    Raises:
        GitError: ``index_locked`` when another process holds it for longer than a few seconds.
    """
    lock = git.git_dir / "index.lock"
    end = time.monotonic() + _PATIENCE
    while not _take(lock):
        if time.monotonic() > end:
            raise _locked(lock)
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def check_index(git: Git) -> None:
    """Raise ``index_locked`` when somebody else holds the index for longer than a few seconds.

    Where git's directory cannot be written nobody holds it, and nobody is going to change it.
    """
    if git.objects is not None:
        return
    with index(git):
        pass


def recover(git: Git) -> None:
    """Give back the lock of the user's index that an earlier command of ours still holds, and what it was made of.

    Where git's directory cannot be written nobody can give anything back, and nobody waits for it.
    """
    if git.objects is not None:
        return
    _release_dead(git.git_dir / "index.lock")
    (git.git_dir / _DRAFT).unlink(missing_ok=True)


def clear(git: Git, lock: Path, expected: Collection[bytes]) -> bool:
    """Move a stale lock aside, to ``autoloop-stale`` in the git directory; false when it may be somebody's.

    Args:
        git: the repository.
        lock: the lock file.
        expected: what our own call may have written into it, wholly or in part; an empty lock is always possible.
    """
    try:
        written = lock.read_bytes().strip()
        if not any(each.startswith(written) for each in (b"", *expected)) or time.time() - lock.stat().st_mtime < _OLD:
            return False
    except FileNotFoundError:
        return True
    if holders.has_open(lock) or holders.git_at_work(git):
        return False
    _set_aside(git, lock)
    return True


def clear_packed(git: Git) -> bool:
    """Clear what a killed deletion of references left: the lock of the packed ones, and the draft written under it.

    False when it may be somebody's. Git never removes the draft itself, and deletes nothing while there is one.
    """
    packed = git.common_dir / "packed-refs"
    lock, draft = packed.with_suffix(".lock"), packed.with_suffix(".new")
    if not clear(git, lock, {_MARK.strip()}):
        return False
    if draft.exists() and _take(lock):  # nobody writes a draft while we hold the lock
        try:
            _set_aside(git, draft)
        finally:
            lock.unlink(missing_ok=True)
    return not draft.exists()


def clear_own(git: Git, prefix: str) -> None:
    """Remove locks of references below ``prefix``, which are nobody's but ours, that no process has open."""
    for lock in (git.common_dir / prefix).rglob("*.lock"):
        if not holders.has_open(lock):
            lock.unlink(missing_ok=True)


def _take(lock: Path) -> bool:
    """Make the lock with our mark in it, both at once: a killed command never leaves a lock that is nobody's."""
    draft = lock.with_name(_DRAFT)
    try:
        draft.write_bytes(_MARK)
        _link(draft, lock)
    except FileExistsError:
        _release_dead(lock)
        return False
    except OSError as error:
        raise GitError(
            "not_writable",
            "Git may not write here.",
            why=f"{lock}: {error.strerror}.",
            fix="Make the repository writable, or run the command outside the sandbox.",
        ) from None
    finally:
        with suppress(OSError):
            draft.unlink()
    return True


def _link(draft: Path, lock: Path) -> None:
    """A second name for the draft; a new file where the file system has no second names."""
    try:
        os.link(draft, lock)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        with lock.open("xb") as file:
            file.write(_MARK)


def _set_aside(git: Git, file: Path) -> None:
    aside = git.git_dir / _ASIDE
    aside.mkdir(exist_ok=True)
    with suppress(FileNotFoundError):
        file.rename(aside / file.name)


def _release_dead(lock: Path) -> None:
    with suppress(FileNotFoundError):
        if lock.read_bytes() == _MARK:
            lock.unlink()


def _locked(lock: Path) -> GitError:
    return GitError(
        "index_locked",
        "Another git process holds the index.",
        why=f"{lock} exists.",
        fix=f"Wait for it, or if no git is running: rm '{lock}'",
    )
