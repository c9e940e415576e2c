"""What the git floor hands out: frozen Structs that are journalled as JSON.

Object ids are hexadecimal (40 or 64 digits), modes are git's octal words (``100644``, ``100755``, ``120000`` for a
symbolic link, ``160000`` for a submodule's pointer), paths are text as ``autoloop.git.names`` writes them.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

GITLINK = "160000"
SYMLINK = "120000"
EXECUTABLE = "100755"
REGULAR = "100644"

Side = Literal["before", "after"]
KeepState = Literal["untouched", "partial", "done", "overtaken"]


class Head(Struct, frozen=True):
    """Where HEAD stands: ``ref`` is None when detached, ``commit`` is None on an unborn branch."""

    ref: str | None
    commit: str | None


class Astray(Struct, frozen=True):
    """Where HEAD was found instead; ``ahead`` says that its commit contains the one that HEAD was at before.

    Attributes:
        operation: what git was in the middle of, as ``Repository.operation_in_progress`` names it.
    """

    head: Head
    ahead: bool
    operation: str | None = None


class Identity(Struct, frozen=True):
    """Who signs commits; ``fallback`` says that git knew nobody and AutoLoop's own name is used."""

    name: str
    email: str
    fallback: bool = False


class Entry(Struct, frozen=True):
    """One file in a tree."""

    mode: str
    oid: str


class Staged(Struct, frozen=True, omit_defaults=True):
    """One file in an index, with the flags that a tree does not hold."""

    mode: str
    oid: str
    intent: bool = False
    assume_unchanged: bool = False
    skip_worktree: bool = False

    @property
    def entry(self) -> Entry | None:
        """What a tree of this index would hold: nothing for a file that is only intended to be added."""
        return None if self.intent else Entry(self.mode, self.oid)


class Change(Struct, frozen=True):
    """One path that differs between two trees; mode and oid are None on the side where it does not exist."""

    path: str
    old_mode: str | None
    old_oid: str | None
    new_mode: str | None
    new_oid: str | None

    @property
    def old(self) -> Entry | None:
        """The file on the before side."""
        return _entry(self.old_mode, self.old_oid)

    @property
    def new(self) -> Entry | None:
        """The file on the after side."""
        return _entry(self.new_mode, self.new_oid)

    @property
    def is_gitlink(self) -> bool:
        """Whether a submodule's pointer is involved."""
        return GITLINK in {self.old_mode, self.new_mode}


class Skipped(Struct, frozen=True):
    """A path that a snapshot does not hold, and why: such files are not protected."""

    path: str
    reason: str


class Snapshot(Struct, frozen=True):
    """The work tree as a git tree: tracked and untracked files, without the ignored ones."""

    tree: str
    skipped: tuple[Skipped, ...] = ()


class Remembered(Struct, frozen=True):
    """Everything that a discard needs to bring the work tree back to where an experiment began.

    Attributes:
        head: where HEAD stood.
        snapshot: the work tree.
        commit: anchor this one; it reaches the snapshot and the records.
        records: tree with raw bytes, index, ignored names, permissions and directories (see ``records``).
    """

    head: Head
    snapshot: Snapshot
    commit: str
    records: str

    @property
    def tree(self) -> str:
        """The snapshot's tree."""
        return self.snapshot.tree


class Mended(Struct, frozen=True):
    """What becomes of one path of the user's index; None is a path that the index does not hold."""

    path: str
    old: Staged | None
    new: Staged | None


class KeepPlan(Struct, frozen=True):
    """A keep, ready as objects: nothing but ``ref`` and the index entries of ``index`` is to be moved.

    Attributes:
        ref: branch, or ``HEAD`` when detached.
        base: commit that ``ref`` must still point at; None on an unborn branch.
        commit: the new commit; anchor it before the plan is journalled.
        tree: the new commit's tree.
        paths: what the commit changes.
        index: the index entries to move along.
        author: who it is committed as.
        signed: whether it carries a signature.
    """

    ref: str
    base: str | None
    commit: str
    tree: str
    paths: tuple[str, ...]
    index: tuple[Mended, ...]
    author: Identity
    signed: bool = False


class Probe(Struct, frozen=True):
    """What git may do here: ``commit`` at once, or ``deferred``: record a win now and land it later; and why."""

    mode: Literal["commit", "deferred"]
    why: str = ""


class LandPlan(Struct, frozen=True):
    """A landing, ready as objects.

    Attributes:
        keep: moves the branch to the last commit, and the index along.
        commits: one for each win, in order; a win that the branch held already has the commit it was met at.
        staged: paths whose index entry cannot follow, because something else is staged there.
    """

    keep: KeepPlan
    commits: tuple[str, ...]
    staged: tuple[str, ...] = ()


class Restored(Struct, frozen=True):
    """One path of a discard.

    Attributes:
        path: the file.
        number: name of its copies in the plan's scratch directory.
        present: kind and raw bytes that were on disk when the plan was made; None when there was no file.
        wanted: kind and raw bytes to bring back; None when there was no file.
        permissions: permission bits to bring back; None leaves them to the mode.
        index: what the user's index held, and shall hold again.
    """

    path: str
    number: int
    present: Entry | None
    wanted: Entry | None
    permissions: int | None
    index: Staged | None


class DiscardPlan(Struct, frozen=True):
    """A discard, with everything it needs ready in objects and under ``scratch``.

    Attributes:
        scratch: name of the plan's directory below the caller's scratch directory.
        trash_ref: where the discarded files can be found.
        trash: the commit anchored there.
        files: the paths to restore.
        remove_directories: directories that the experiment made, the deepest first; they go when empty.
        make_directories: directories that the experiment removed, the outermost first: path and permissions.
        edited: files that had been edited since they were measured.
        index: index entries of other files that the experiment moved.
    """

    scratch: str
    trash_ref: str
    trash: str
    files: tuple[Restored, ...]
    remove_directories: tuple[str, ...] = ()
    make_directories: tuple[tuple[str, int], ...] = ()
    edited: tuple[str, ...] = ()
    index: tuple[Mended, ...] = ()


class Pick(Struct, frozen=True):
    """One win to put on a review branch: the difference between two trees or commits, and how to commit it.

    Dates are git's: ``<seconds> <+hhmm>`` or ISO 8601; None is now.
    """

    before: str
    after: str
    message: str
    author: Identity | None = None
    author_date: str | None = None
    committer_date: str | None = None


class Picked(Struct, frozen=True):
    """What became of one pick: its commit, or the paths that do not fit; neither when the branch has it already."""

    pick: Pick
    commit: str | None
    conflicts: tuple[str, ...] = ()


class BranchPlan(Struct, frozen=True):
    """A review branch, ready as objects: one reference is to be created.

    Attributes:
        ref: full name of the branch to be.
        base: the commit it starts from.
        tip: the commit it shall point at.
        picks: every pick in order, applied or skipped.
    """

    ref: str
    base: str
    tip: str
    picks: tuple[Picked, ...]

    @property
    def skipped(self) -> tuple[Picked, ...]:
        """The picks without a commit."""
        return tuple(picked for picked in self.picks if picked.commit is None)


def _entry(mode: str | None, oid: str | None) -> Entry | None:
    return None if mode is None or oid is None else Entry(mode, oid)
