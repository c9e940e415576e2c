"""Indexes: reading, private copies, and moving single entries of the user's own."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from autoloop.git import locks, trees
from autoloop.git.handle import Git, private
from autoloop.git.names import full, joined, split
from autoloop.git.values import Entry, Staged

# the listing of `ls-files -s --debug -z`: the name ends with NUL, the five lines after it with the flags
_RECORD = re.compile(rb"(\d{6}) ([0-9a-f]+) (\d)\t([^\0]+)\0(?:  .*\n){4}  size: \d+\tflags: ([0-9a-f]+)\n")
_ASSUME_UNCHANGED = 0x8000
_INTENT = 0x20000000
_SKIP_WORKTREE = 0x40000000

Index = dict[bytes, Staged]


def read(git: Git, file: Path | None = None) -> Index:
    """Every entry of the user's index, or of another one; unmerged paths are not in it."""
    listing = git.run("ls-files", "-s", "-z", "--debug", env=git.within(file) if file else None)
    return {
        path: _staged(mode.decode(), oid.decode(), int(flags, 16))
        for mode, oid, stage, path, flags in _RECORD.findall(listing)
        if stage == b"0"
    }


def unmerged(git: Git) -> set[bytes]:
    """Paths with a conflict in the user's index."""
    return {record.partition(b"\t")[2] for record in split(git.run("ls-files", "-u", "-z"))}


def copy(git: Git, target: Path) -> None:
    """Copy the user's index, with its time stamp.

    Git takes an entry for unchanged when file and entry agree in size and time, unless the entry is as young as the
    index; a copy that looked younger would miss edits of the same size within one tick of the clock.
    """
    try:
        with (git.git_dir / "index").open("rb") as source:
            stamp = os.fstat(source.fileno())
            target.write_bytes(source.read())
    except FileNotFoundError:
        return
    os.utime(target, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


def lines(entries: Mapping[bytes, Entry | Staged | None], zero: str) -> bytes:
    """Input for ``update-index --index-info``, removals first so that a file can take a directory's place."""
    gone = [b"0 %s\t%s" % (zero.encode(), path) for path, entry in entries.items() if entry is None]
    there = [b"%s %s\t%s" % (e.mode.encode(), e.oid.encode(), path) for path, e in entries.items() if e is not None]
    return joined(gone + there)


def tree_with(git: Git, tree: str | None, entries: Mapping[bytes, Entry | None], scratch: Path) -> str:
    """The tree that ``tree`` (None: the empty one) becomes with these entries put in or taken out."""
    with private(scratch) as own:
        env = git.within(own / "index")
        if tree is not None:
            git.run("read-tree", tree, env=env)
        if entries:
            git.run("update-index", "-z", "--index-info", stdin=lines(entries, git.zero), env=env)
        return git.line("write-tree", env=env)


def mend(git: Git, entries: Mapping[bytes, Staged | None], scratch: Path) -> None:
    """Set these entries of the user's index and no others, all at once, and note which files are unchanged.

    The work is done on a copy while the index is locked; the copy then takes the index's place. Without any entry the
    index only learns again which files are unchanged: a file put back in its place is another one to git until then.

    Raises:
        GitError: ``index_locked`` when another process holds the index for longer than a few seconds.
    """
    with private(scratch) as own, locks.index(git):
        file = own / "index"
        copy(git, file)
        put(git, file, entries)
        _install(git, file)


def strayed(git: Git, tree: str, began: Index, present: Index) -> dict[bytes, Staged | None]:
    """Entries that moved although the file did not, and what they were when the experiment began.

    An experiment that stages or unstages everything carries the user's own files along. Whatever is staged now and is
    the file's whole content, or nothing, is lost nowhere when the entry goes back; a part of the content that somebody
    staged by hand is left alone.

    Args:
        git: the repository.
        tree: the work tree when the experiment began.
        began: the index then.
        present: the index now.
    """
    moved = [path for path in began.keys() | present.keys() if began.get(path) != present.get(path)]
    held = trees.read(git, tree) if moved else {}
    return {path: began.get(path) for path in moved if _is_whole(present.get(path), held.get(path))}


def _is_whole(present: Staged | None, file: Entry | None) -> bool:
    return file is not None and (present is None or present.entry in (None, file))


def put(git: Git, file: Path, entries: Mapping[bytes, Staged | None]) -> None:
    """Set entries of a private index, flags included."""
    env = git.within(file)
    plain = {path: None if staged is None or staged.intent else staged for path, staged in entries.items()}
    if plain:
        git.run("update-index", "-z", "--index-info", stdin=lines(plain, git.zero), env=env)
    held = [(path, staged) for path, staged in entries.items() if staged is not None]
    _flag(git, file, "--assume-unchanged", [path for path, staged in held if staged.assume_unchanged])
    _flag(git, file, "--skip-worktree", [path for path, staged in held if staged.skip_worktree])
    _intend(git, file, [path for path, staged in held if staged.intent])
    git.run("update-index", "-q", "--refresh", "--ignore-submodules", env=env, ok=(0, 1))


def _install(git: Git, file: Path) -> None:
    index = git.git_dir / "index"
    draft = git.git_dir / "autoloop-index"
    if not file.exists():  # there was no index to begin with, and nothing to put into one
        return
    draft.write_bytes(file.read_bytes())
    with suppress(FileNotFoundError):
        draft.chmod(index.stat().st_mode)
    # an index that looks younger than its entries' files would hide edits of the same size
    stamp = file.stat()
    os.utime(draft, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    draft.rename(index)


def clear_flags(git: Git, file: Path, index: Index) -> None:
    """Let git look at files it was told not to look at, in a private index: their bytes count like any others."""
    env = git.within(file)
    assumed = [path for path, staged in index.items() if staged.assume_unchanged]
    skipped = [path for path, staged in index.items() if staged.skip_worktree and _exists(git.root, path)]
    for option, paths in (("--no-assume-unchanged", assumed), ("--no-skip-worktree", skipped)):
        if paths:
            git.run("update-index", option, "-z", "--stdin", stdin=joined(paths), env=env)


def _exists(root: Path, path: bytes) -> bool:
    return os.path.lexists(full(root, path))


def _flag(git: Git, file: Path, option: str, paths: list[bytes]) -> None:
    if paths:
        git.run("update-index", option, "-z", "--stdin", stdin=joined(paths), env=git.within(file))


def _intend(git: Git, file: Path, paths: list[bytes]) -> None:
    there = [path for path in paths if _exists(git.root, path)]
    if there:
        args = ("add", "-N", "-f", "--pathspec-from-file=-", "--pathspec-file-nul")
        git.run(*args, stdin=joined(there), env=git.within(file))


def _staged(mode: str, oid: str, flags: int) -> Staged:
    return Staged(
        mode,
        oid,
        intent=bool(flags & _INTENT),
        assume_unchanged=bool(flags & _ASSUME_UNCHANGED),
        skip_worktree=bool(flags & _SKIP_WORKTREE),
    )
