"""References: anchoring objects under ``refs/autoloop`` and asking where things are."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from autoloop.errors import GitError
from autoloop.git import locks, overlay
from autoloop.git.handle import Git
from autoloop.git.values import Head

_FAILED = 128
_PATIENCE = 60.0
_LOCK_PATIENCE = 6.0
_PAUSE = 0.1


def anchor(git: Git, refs: Mapping[str, str]) -> None:
    """Point these references at these objects, once the objects are on the disk."""
    flush(git)
    if git.objects is None:
        anchor_in(git, refs)
    else:
        overlay.anchor(git, refs)


def anchor_in(git: Git, refs: Mapping[str, str]) -> None:
    """Point references of the repository's own at these objects."""
    commands = [f"update {ref} {oid}" for ref, oid in refs.items()]
    _retried(git, lambda: _update(git, commands), {_lock(git, ref): oid for ref, oid in refs.items()})


def drop(git: Git, names: Sequence[str], *, again: bool = False) -> None:
    """Delete references; those that are gone already are fine.

    With ``again`` an earlier process was killed at it: what its git left is cleared away first.
    """
    overlay.drop(git, names)
    if git.objects is not None:
        names = [name for name in names if name in _own(git, name)]
    if again:
        _patiently(lambda: locks.clear_packed(git))
    if not names:
        return
    stale = {_lock(git, ref): git.zero for ref in names} | {git.common_dir / "packed-refs.lock": git.zero}
    _retried(git, lambda: _update(git, [f"delete {ref}" for ref in names]), stale)


def listed(git: Git, prefix: str) -> dict[str, str]:
    """References below ``prefix`` and the objects they name."""
    elsewhere = overlay.anchors(git) if git.objects else {}
    return _own(git, prefix) | {ref: oid for ref, oid in elsewhere.items() if f"{ref}/".startswith(f"{prefix}/")}


def _own(git: Git, prefix: str) -> dict[str, str]:
    found = git.line("for-each-ref", "--format=%(refname) %(objectname)", prefix)
    return dict(line.split(" ", 1) for line in found.splitlines())


def head(git: Git) -> Head:
    """Where HEAD stands."""
    answer = git.ask("rev-parse", "HEAD", "--symbolic-full-name", "HEAD", ok=(0, _FAILED))
    if answer.code == _FAILED:
        # an unborn branch
        return Head(git.line("symbolic-ref", "-q", "HEAD", ok=(0, 1)) or None, None)
    commit, ref = answer.out.decode(errors="surrogateescape").split("\n")[:2]
    return Head(None if ref == "HEAD" else ref, commit)


def way_back(began: Head) -> str:
    """What the user types to take back the commits made since ``began``; index and files stay as they are."""
    return f"git reset --soft {began.commit}" if began.commit else f"git update-ref -d {began.ref}"


def resolve(git: Git, revision: str) -> str | None:
    """The commit that ``revision`` names, None when it names none."""
    return git.line("rev-parse", "-q", "--verify", "--end-of-options", f"{revision}^{{commit}}", ok=(0, 1, 128)) or None


def object_of(git: Git, revision: str) -> str:
    """The object that an anchor points at; any other revision as it is."""
    return overlay.anchors(git).get(revision, revision) if git.objects else revision


def is_ancestor(git: Git, older: str, newer: str) -> bool:
    """Whether ``newer`` contains ``older``."""
    return git.ask("merge-base", "--is-ancestor", older, newer, ok=(0, 1)).code == 0


def merge_base(git: Git, one: str, other: str) -> str | None:
    """The best common ancestor, None when there is none."""
    return git.line("merge-base", one, other, ok=(0, 1)) or None


def default_branch(git: Git) -> str | None:
    """Full name of the branch that others branch from: the remote's choice, the configured one, main or master."""
    remote = git.line("symbolic-ref", "-q", "refs/remotes/origin/HEAD", ok=(0, 1))
    local = [f"refs/heads/{name}" for name in (git.config().get("init.defaultbranch", "main"), "main", "master")]
    return next((ref for ref in (remote, *local) if ref and resolve(git, ref)), None)


def swap(git: Git, ref: str, new: str, old: str, reason: str) -> bool:
    """Move a branch from ``old`` to ``new``, false when it is not at ``old`` any more.

    The repository's own reference-transaction hook has its say here, for as long as a minute.

    Raises:
        GitError: ``ref_refused`` when a hook says no.
    """
    flush(git)
    args = ("update-ref", "--no-deref", "-m", reason, ref, new, old)
    stale = _locks_of_swap(git, ref, new)
    try:
        _retried(git, lambda: git.run(*args, hooks=True, patience=_PATIENCE), stale)
    except GitError as error:
        now = resolve(git, ref)
        if now == new:
            return True
        if (now or git.zero) != old:
            return False
        if error.code != "git_failed":
            raise
        raise GitError(
            "ref_refused",
            f"Git did not move {ref}.",
            why=error.why,
            fix="Look at the reference-transaction hook in the hooks directory, then repeat the command.",
        ) from error
    return True


def settle(git: Git, ref: str, new: str) -> None:
    """Clear the locks that a killed ``swap`` left although the reference had moved, and that nobody else holds."""
    _patiently(lambda: _clear(git, _locks_of_swap(git, ref, new)))


def _patiently(cleared: Callable[[], bool]) -> None:
    """Try for some seconds: a lock must be that old before it is taken for stale."""
    end = time.monotonic() + _LOCK_PATIENCE
    while not cleared() and time.monotonic() < end:
        time.sleep(_PAUSE)


def flush(git: Git) -> None:
    """Bring what was written to the repository's and the work tree's file systems onto the disk."""
    systems = {folder.stat().st_dev: folder for folder in (git.root, git.common_dir)}
    for folder in systems.values():
        _flush(folder)


def _flush(folder: Path) -> None:
    import ctypes

    handle = os.open(folder, os.O_RDONLY)
    try:
        # syncfs is Linux's; it fails when the disk did, and then nobody may hear that all is well
        library = ctypes.CDLL(None, use_errno=True)
        if not hasattr(library, "syncfs"):
            os.sync()
        elif library.syncfs(handle) != 0:
            number = ctypes.get_errno()
            raise GitError(
                "disk_failed",
                "The disk did not take what was written.",
                why=os.strerror(number),
                fix="Check the disk (dmesg), then repeat the command.",
            )
    finally:
        os.close(handle)


def _update(git: Git, commands: list[str]) -> None:
    if commands:
        git.run("update-ref", "--no-deref", "--stdin", stdin="".join(f"{line}\n" for line in commands).encode())


def _retried(git: Git, action: Callable[[], object], stale: Mapping[Path, str]) -> None:
    """Repeat while references are locked, and clear those locks that a call of ours left behind.

    A killed call leaves some; so does one that could not remove them, and says that all is well.
    """
    end = time.monotonic() + _LOCK_PATIENCE
    while True:
        try:
            action()
            break
        except GitError as error:
            if error.code != "ref_locked" or time.monotonic() > end:
                raise
        _clear(git, stale)
        time.sleep(_PAUSE)
    left = {lock: oid for lock, oid in stale.items() if lock.exists()}
    _patiently(lambda: _clear(git, left))


def _clear(git: Git, stale: Mapping[Path, str]) -> bool:
    cleared = [locks.clear(git, lock, {oid.encode()}) for lock, oid in stale.items()]
    return all(cleared)


def _locks_of_swap(git: Git, ref: str, new: str) -> dict[Path, str]:
    return {_lock(git, ref): new, git.git_dir / "HEAD.lock": new}


def _lock(git: Git, ref: str) -> Path:
    folder = git.common_dir if ref.startswith("refs/") else git.git_dir
    return folder / f"{ref}.lock"
