"""What the next writer does first: finish what a dead one left, and refuse to build on damage."""

from __future__ import annotations

import os

from autoloop.paths import Layout
from autoloop.store.derived import TEMPORARY, Checkpoint, Damaged, refresh
from autoloop.store.files import LARGEST, Io, replace
from autoloop.store.home import backup_path, check_directory
from autoloop.store.journal import Tip, UnsoundError, backwards
from autoloop.store.schema import VERSION
from autoloop.store.trouble import from_os, said, shown
from autoloop.store.view import View, look, open_journal, raise_damaged

CHECKED = 256 * 1024
"""Bytes at the journal's end whose hash chain every writer proves; the whole of it is proven by ``verify_chain``."""


def recovered(layout: Layout, io: Io, warnings: list[str]) -> View | None:
    """The state, after recovery; None in a new workspace.

    The lock is held. A torn end of the journal is moved aside, what it says beyond the checkpoint is put into the
    derived files, and litter of dead writers is removed.

    Raises:
        StateError: the journal is damaged or missing, or the system refused.
    """
    for directory in (layout.experiments, layout.sessions):
        check_directory(directory)
    _remove_litter(layout, io)
    view = look(layout)
    if view is None:
        return None
    if not _end_is_sound(layout, view.tip):
        warnings.append(".autoloop/state.json did not belong to the journal; it is made anew.")
        view = look(layout, trusting=False) or view
        view = view._replace(checkpoint=Damaged("it did not belong to the journal"))
    try:
        view = without_torn_end(layout, io, view, warnings)
        _make_durable(layout, io, view)
    except OSError as error:
        raise from_os(error, layout.journal, "written") from error
    _roll_forward(layout, io, view, warnings)
    return view


def _remove_litter(layout: Layout, io: Io) -> None:
    litter = layout.home / TEMPORARY
    if os.path.lexists(litter):
        try:
            io.unlink(litter)
        except OSError as error:
            raise from_os(error, litter, "removed") from error


def _end_is_sound(layout: Layout, tip: Tip) -> bool:
    """Prove the journal's end; False when it is sound, but does not end where the checkpoint says."""
    if not tip.end:
        return True
    with open_journal(layout) as journal:
        try:
            entries = backwards(journal, tip.end)
            last = next(entries, None)
            for entry in entries:
                if tip.end - entry.start >= CHECKED:
                    break
        except UnsoundError as error:
            raise_damaged(journal, error)
    return last is not None and last.tip == tip


def without_torn_end(layout: Layout, io: Io, view: View, warnings: list[str]) -> View:
    """Move what is torn at the journal's end to ``backups/``.

    Raises:
        OSError: what the system said.
    """
    if view.size <= view.tip.end:
        return view
    with open_journal(layout) as journal:
        journal.seek(view.tip.end)
        torn = journal.read(LARGEST)
    backup = backup_path(layout, io, "torn-line")
    replace(io, layout.home / TEMPORARY, backup, torn, durable=True)
    io.sync_directory(backup.parent)
    fd = io.append_to(layout.journal)
    try:
        io.truncate(fd, view.tip.end, layout.journal.name)
        io.sync(fd, layout.journal.name)
    finally:
        os.close(fd)
    warnings.append(
        f"The last line of the journal had been torn by a crash; it was never acknowledged. It is in {shown(backup)}."
    )
    return view._replace(size=view.tip.end)


def _covers(view: View) -> bool:
    return isinstance(view.checkpoint, Checkpoint) and view.checkpoint.tip == view.tip


def _make_durable(layout: Layout, io: Io, view: View) -> None:
    """Sync lines that a dead writer may not have synced, before anything is derived from them."""
    if not _covers(view):
        fd = io.append_to(layout.journal)
        try:
            io.sync(fd, layout.journal.name)
            io.sync_directory(layout.home)
        finally:
            os.close(fd)


def _roll_forward(layout: Layout, io: Io, view: View, warnings: list[str]) -> None:
    checkpoint = view.checkpoint
    older = isinstance(checkpoint, Checkpoint) and checkpoint.schema_version < VERSION
    if not view.tip.seq or (_covers(view) and not older):
        return
    try:
        if older or isinstance(checkpoint, Damaged):
            _set_aside(layout, io)
        if isinstance(checkpoint, Damaged):
            warnings.append(f".autoloop/state.json was damaged ({checkpoint.why}); it was made anew from the journal.")
        refresh(layout, io, view.fold, view.tip)
    except OSError as error:
        warnings.append(said(from_os(error, layout.state, "refreshed")))


def _set_aside(layout: Layout, io: Io) -> None:
    if layout.state.exists() and layout.state.stat().st_size:
        io.link(layout.state, backup_path(layout, io, layout.state.name))
