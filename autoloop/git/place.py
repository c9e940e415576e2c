"""Doing a discard: moving the experiment's files aside and putting the former ones in their place.

Every step can be repeated, and what nobody has seen yet is stored before it goes.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from shutil import copyfile, rmtree

import msgspec

from autoloop.git import blobs, files, index, refs, trees
from autoloop.git.handle import Git
from autoloop.git.names import decode, locate
from autoloop.git.values import REGULAR, SYMLINK, DiscardPlan, Entry, Restored

PREFIX = "discard-"
_DONE = "done.json"
_BROKEN = {errno.EIO, errno.ENOSPC, errno.EDQUOT}
_LATE = "-late"
_MESSAGE = "autoloop: edited between the plan and the discard\n"


def sweep(scratch: Path) -> None:
    """Remove the directories of discards that are done, and of those that never moved a file."""
    scratch.mkdir(parents=True, exist_ok=True)
    for own in scratch.glob(f"{PREFIX}*"):
        if (own / _DONE).exists() or not any((own / "aside").glob("*")):
            rmtree(own, ignore_errors=True)


def prepare(git: Git, plan: DiscardPlan, scratch: Path) -> None:
    """Make the files to restore ready beside, so that a full disk shows before anything is touched."""
    own = scratch / plan.scratch
    for name in ("ready", "aside"):
        (own / name).mkdir(parents=True, exist_ok=True)
    wanted = [(_ready(own, one), one, one.wanted) for one in plan.files if one.wanted is not None]
    missing = [found for found in wanted if not _is_ready(git, *found)]
    for file, _, _ in missing:
        # it may be the same file as one already in its place, which may have been edited there
        file.unlink(missing_ok=True)
    blobs.write(git, {file: entry.oid for file, _, entry in missing})
    for file, one, entry in missing:
        file.chmod(_bits(one, entry))


def apply(git: Git, plan: DiscardPlan, scratch: Path) -> tuple[str, ...]:
    """See ``Repository.apply_discard``."""
    own = scratch / plan.scratch
    done = own / _DONE
    if done.exists():
        return msgspec.json.decode(done.read_bytes(), type=tuple[str, ...])
    prepare(git, plan, scratch)
    unseen = _move_aside(git, plan, own)
    _save(git, plan, own, unseen)
    _remove_empty(git, (decode(path) for path in plan.remove_directories))
    left = [one for one in plan.files if not _put(git, own, one)]
    _make(git, plan)
    _mend(git, plan, own)
    refs.flush(git)
    told = tuple(dict.fromkeys((*plan.edited, *(one.path for one in (*unseen, *left)))))
    _finish(own, done, told)
    return told


def begun(git: Git, plan: DiscardPlan, scratch: Path) -> bool:
    """See ``Repository.discard_begun``."""
    own = scratch / plan.scratch
    if (own / _DONE).exists() or any((own / "aside").glob("*")):
        return True
    changing = (one for one in plan.files if one.present != one.wanted)
    return any(_is_restored(git, files.look(git, decode(one.path)), one) for one in changing)


def _finish(own: Path, done: Path, told: tuple[str, ...]) -> None:
    draft = done.with_suffix(".new")
    draft.write_bytes(msgspec.json.encode(told))
    draft.rename(done)
    for name in ("aside", "ready"):
        rmtree(own / name, ignore_errors=True)


def _move_aside(git: Git, plan: DiscardPlan, own: Path) -> list[Restored]:
    """Rename what is there away; the answer is what turned out to be not what was planned for."""
    for one in plan.files:
        aside = _aside(own, one)
        if not os.path.lexists(aside) and _to_be_moved(git, one):
            locate(git.root, decode(one.path)).rename(aside)
    return [one for one in plan.files if _unseen(files.look_at(git, _aside(own, one)), one.present)]


def _to_be_moved(git: Git, one: Restored) -> bool:
    found = files.look(git, decode(one.path))
    if found is None or one.present is None or found.mode == files.DIRECTORY:
        return False
    return not _is_restored(git, found, one)


def _is_restored(git: Git, found: Entry | None, one: Restored) -> bool:
    if one.wanted is None or not files.same_bytes(found, one.wanted):
        return False
    return one.wanted.mode == SYMLINK or files.permissions(locate(git.root, decode(one.path))) == _bits(one, one.wanted)


def _is_ready(git: Git, file: Path, one: Restored, wanted: Entry) -> bool:
    found = files.look_at(git, file)
    return found is not None and found.oid == wanted.oid and files.permissions(file) == _bits(one, wanted)


def _unseen(aside: Entry | None, planned: Entry | None) -> bool:
    return aside is not None and bool(aside.oid) and not files.same_bytes(aside, planned)


def _save(git: Git, plan: DiscardPlan, own: Path, late: list[Restored]) -> None:
    if not late:
        return
    entries: dict[bytes, Entry | None] = {}
    for one in late:
        aside = _aside(own, one)
        content = files.link_target(aside) if aside.is_symlink() else aside.read_bytes()
        oid = git.line("hash-object", "-w", "--stdin", stdin=content)
        entries[decode(one.path)] = Entry(SYMLINK if aside.is_symlink() else REGULAR, oid)
    commit = trees.commit(git, index.tree_with(git, None, entries, own), [plan.trash], _MESSAGE)
    refs.anchor(git, {plan.trash_ref + _LATE: commit})


def _put(git: Git, own: Path, one: Restored) -> bool:
    """Link one file into its place; false when something else has appeared there."""
    path = decode(one.path)
    target = locate(git.root, path)
    found = files.look(git, path)
    if one.wanted is None:
        return found is None or found.mode == files.DIRECTORY
    if _is_restored(git, found, one):
        return True
    if files.linked_parent(git.root, path) is not None:
        return False
    if found is not None and found.mode == files.DIRECTORY:
        _remove_empty_below(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _link(_ready(own, one), target, one.wanted)
    except (FileExistsError, NotADirectoryError):
        return False
    return True


def _link(ready: Path, target: Path, wanted: Entry) -> None:
    """Link or write a file that must not be there yet."""
    if wanted.mode == SYMLINK:
        target.symlink_to(os.fsdecode(ready.read_bytes()))
        return
    try:
        os.link(ready, target)
    except FileExistsError:
        raise
    except OSError:
        # another file system, or one without hard links
        target.touch(exist_ok=False)
        copyfile(ready, target)
        target.chmod(files.permissions(ready) or 0)


def _remove_empty(git: Git, directories: Iterable[bytes]) -> None:
    for path in directories:
        if files.linked_parent(git.root, path) is None:
            try:
                locate(git.root, path).rmdir()
            except OSError as error:  # somebody has put something there, or may keep us from it
                if error.errno in _BROKEN:
                    raise


def _remove_empty_below(top: Path) -> None:
    for directory, _, _ in os.walk(top, topdown=False):
        with suppress(OSError):
            Path(directory).rmdir()


def _make(git: Git, plan: DiscardPlan) -> None:
    """Make the directories again that the experiment removed."""
    for path, bits in plan.make_directories:
        directory = locate(git.root, decode(path))
        if files.linked_parent(git.root, decode(path)) is None:
            with suppress(FileExistsError, NotADirectoryError):
                directory.mkdir(parents=True)
            if directory.is_dir() and not directory.is_symlink():
                directory.chmod(bits)


def _mend(git: Git, plan: DiscardPlan, own: Path) -> None:
    if git.objects is not None:
        return  # git's directory cannot be written: nothing of the experiment's could be staged
    present = index.read(git)
    wanted = {decode(one.path): one.index for one in plan.files}
    wanted |= {decode(one.path): one.new for one in plan.index if present.get(decode(one.path)) == one.old}
    index.mend(git, {path: staged for path, staged in wanted.items() if present.get(path) != staged}, own)


def _bits(one: Restored, wanted: Entry) -> int:
    usual = files.USUAL.get(wanted.mode, files.USUAL[REGULAR])
    return usual if one.permissions is None else one.permissions


def _ready(own: Path, one: Restored) -> Path:
    return own / "ready" / str(one.number)


def _aside(own: Path, one: Restored) -> Path:
    return own / "aside" / str(one.number)
