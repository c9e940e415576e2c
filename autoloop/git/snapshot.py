"""The work tree as a tree object, without touching the user's index."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path

import msgspec

from autoloop.errors import GitError
from autoloop.git import files, ignores, index, status
from autoloop.git.handle import Git, private
from autoloop.git.names import encode, forbidden, joined, locate, ours
from autoloop.git.values import GITLINK, Remembered, Skipped, Snapshot

# `add` of many files: one flush of the disk at the end instead of one a file
_BULK = ("core.fsyncMethod=batch",)


class _Work(msgspec.Struct):
    """What to do to a private index so that it shows the work tree."""

    remove: list[bytes] = []
    add: list[bytes] = []
    skipped: dict[bytes, str] = {}


def take(git: Git, scratch: Path, since: Remembered | None, max_file_bytes: int) -> Snapshot:
    """The present work tree; see ``Repository.snapshot``."""
    with private(scratch) as own:
        file = own / "index"
        tracked = open_copy(git, file)
        seen = status.look(git, file)
        if since is not None:
            ignores.as_before(git, seen, tracked, since, own)
        return write(git, file, tracked, seen, max_file_bytes)


def open_copy(git: Git, file: Path) -> index.Index:
    """Make ``file`` a copy of the user's index that hides nothing, and say what is in it."""
    index.copy(git, file)
    tracked = index.read(git, file)
    index.clear_flags(git, file, tracked)
    return tracked


def write(git: Git, file: Path, tracked: index.Index, seen: status.WorkTree, max_file_bytes: int) -> Snapshot:
    """Bring the private index ``file`` up to what was seen and write its tree.

    Raises:
        GitError: ``operation_in_progress`` when paths are unmerged.
    """
    if seen.unmerged:
        raise unmerged(seen.unmerged)
    work = _sorted(git, seen, tracked, max_file_bytes)
    work.remove += [path for path in tracked if ours(path)]
    _update(git, file, "--force-remove", work.remove)
    _update(git, file, "--add", work.add)
    tree = git.line("write-tree", env=git.within(file))
    return Snapshot(tree, tuple(Skipped(encode(path), why) for path, why in sorted(work.skipped.items())))


def unmerged(paths: Iterable[bytes]) -> GitError:
    """The refusal to touch a repository with conflicts."""
    names = ", ".join(encode(path) for path in paths)
    return GitError(
        "operation_in_progress",
        "The index has unmerged paths.",
        why=f"Conflicts in: {names}.",
        fix="Resolve them and git add the files, or abort the merge.",
    )


def _sorted(git: Git, seen: status.WorkTree, tracked: index.Index, max_file_bytes: int) -> _Work:
    work = _Work()
    for path in seen.edited:
        if path in tracked and tracked[path].mode == GITLINK:
            _sort_submodule(work, path, locate(git.root, path))
        elif _below_a_link(git.root, path):
            work.remove.append(path)
        else:
            _sort_tracked(work, path, locate(git.root, path), max_file_bytes)
    for path in seen.untracked:
        _sort_untracked(work, path, locate(git.root, path), max_file_bytes)
    return work


def _below_a_link(root: Path, path: bytes) -> bool:
    """Whether a symbolic link stands where one of its directories was: what is behind that is not the repository's."""
    parts = path.split(b"/")
    return any(locate(root, b"/".join(parts[:depth])).is_symlink() for depth in range(1, len(parts)))


def _sort_submodule(work: _Work, path: bytes, directory: Path) -> None:
    (work.add if directory.is_dir() and not directory.is_symlink() else work.remove).append(path)
    if directory.exists() and path in work.remove:
        work.skipped[path] = "not the submodule any more"


def _sort_tracked(work: _Work, path: bytes, file: Path, max_file_bytes: int) -> None:
    try:
        kind = file.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        work.remove.append(path)
        return
    except OSError as error:
        work.skipped[path] = files.reason(error)
        return
    if stat.S_ISDIR(kind):
        work.remove.append(path)
    elif not (stat.S_ISREG(kind) or stat.S_ISLNK(kind)):
        work.remove.append(path)
        work.skipped[path] = "not a regular file"
    elif why := files.problem(file, max_file_bytes):
        work.skipped[path] = why
    else:
        work.add.append(path)


def _sort_untracked(work: _Work, path: bytes, file: Path, max_file_bytes: int) -> None:
    if path.endswith(b"/"):
        work.skipped[path] = "a repository of its own"
    elif forbidden(path):
        work.skipped[path] = "a name that git refuses"
    elif why := files.problem(file, max_file_bytes):
        work.skipped[path] = why
    else:
        work.add.append(path)


def _update(git: Git, file: Path, option: str, paths: list[bytes]) -> None:
    if paths:
        git.run(
            "update-index",
            option,
            "--remove",
            "-z",
            "--stdin",
            stdin=joined(paths),
            env=git.within(file),
            options=_BULK,
        )
