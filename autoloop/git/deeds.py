"""What changes the user's branches, index and files: first a plan made of objects alone, then the deed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autoloop.git.failures import told
from autoloop.git.handle import Git
from autoloop.git.values import (
    Astray,
    BranchPlan,
    Change,
    DiscardPlan,
    Head,
    KeepPlan,
    KeepState,
    LandPlan,
    Pick,
    Remembered,
)

_MAX_FILE_BYTES = 50 << 20


class Deeds:
    """The half of ``Repository`` that acts; every deed can be repeated after an interruption and finishes the rest.

    Each imports what it needs itself: those who only look, as ``next`` does, do not pay for the deeds.
    """

    def __init__(self, git: Git) -> None:
        self._git = git

    @told
    def plan_keep(
        self,
        before: Remembered,
        after_tree: str,
        changes: Sequence[Change],
        message: str,
        scratch: Path,
        *,
        onto: str | None = None,
    ) -> KeepPlan:
        """Make the commit that keeps ``changes``, as objects; anchor its ``commit``, then ``apply_keep``.

        The commit holds the experiment's own delta on top of HEAD, not what the user had changed and not committed.

        Args:
            before: where the experiment began.
            after_tree: what was measured; it is on disk where ``changes`` say so.
            changes: what to commit, with the content of ``after_tree``.
            message: the whole commit message.
            scratch: for private indexes.
            onto: commit to build on instead of HEAD, for a win that is to land later (``plan_land``); the plan then
                is not for ``apply_keep``.

        Raises:
            GitError: ``keep_conflict`` where the two cannot be told apart, ``nothing_to_keep``, ``head_moved``,
                ``operation_in_progress``, ``index_locked``, ``signing_failed``.
        """
        from autoloop.git import keep

        return keep.plan(self._git, keep.Candidate(before, after_tree, changes, message, onto), scratch)

    @told
    def apply_keep(self, plan: KeepPlan, scratch: Path) -> tuple[str, ...]:
        """Move the branch by compare-and-swap, then the user's index entries of exactly these paths.

        Can be called again after any interruption and finishes the rest.

        Returns:
            Paths whose index entry the user changed since the plan was made; these were left alone.

        Raises:
            GitError: ``head_moved`` when the branch was switched or has moved, ``ref_refused``, ``index_locked``.
        """
        from autoloop.git import keep

        return keep.apply(self._git, plan, scratch)

    def keep_state(self, plan: KeepPlan) -> KeepState:
        """How far a keep has come; ``overtaken`` when the branch went elsewhere."""
        from autoloop.git import keep

        return keep.state(self._git, plan)

    @told
    def plan_discard(
        self,
        before: Remembered,
        measured_tree: str,
        changes: Sequence[Change],
        trash_ref: str,
        scratch: Path,
        *,
        max_file_bytes: int | None = None,
    ) -> DiscardPlan:
        """Anchor the present work tree at ``trash_ref`` and make ready what ``changes`` replaced.

        Args:
            before: where the experiment began.
            measured_tree: what was last seen; what differs from it is reported by ``apply_discard``.
            changes: the paths to bring back.
            trash_ref: where the present work tree can be found afterwards.
            scratch: where the files are made ready, and the discarded ones wait until all is done.
            max_file_bytes: as for ``snapshot``.

        Raises:
            GitError: ``head_moved``, ``operation_in_progress``, ``index_locked``, ``in_the_way``,
                ``submodule_changed``, ``filter_failed``, ``disk_full``.
        """
        from autoloop.git import undo

        wanted = undo.Undo(before, measured_tree, changes, trash_ref, limit(max_file_bytes))
        return undo.plan(self._git, wanted, scratch)

    @told
    def apply_discard(self, plan: DiscardPlan, scratch: Path) -> tuple[str, ...]:
        """Bring the files and index entries of the plan back to what they were, byte for byte.

        Can be called again after any interruption and finishes the rest.

        Returns:
            Paths that held something nobody had seen: edited since the measurement (the bytes are at ``trash_ref``, or
            at ``trash_ref`` with ``-late`` behind it), or there where a file was to be restored (it still is).
        """
        from autoloop.git import place

        return place.apply(self._git, plan, scratch)

    def discard_begun(self, plan: DiscardPlan, scratch: Path) -> bool:
        """Whether ``apply_discard`` has moved or put back any file of this plan yet."""
        from autoloop.git import place

        return place.begun(self._git, plan, scratch)

    def clear_scratch(self, scratch: Path) -> None:
        """Remove what discards left below ``scratch`` that are done, or never moved a file; none is planned now."""
        from autoloop.git import place

        place.sweep(scratch)

    def check_unkeep(self, plan: KeepPlan) -> None:
        """Whether a keep can be taken back: HEAD is on its branch, and the branch at its commit or at the one before.

        Raises:
            GitError: ``branch_moved``, ``head_moved``, ``first_commit``, ``operation_in_progress``, ``index_locked``.
        """
        from autoloop.git import takeback

        takeback.check_keep(self._git, plan)

    @told
    def take_back_keep(self, plan: KeepPlan, scratch: Path) -> tuple[str, ...]:
        """Move branch and index entries back to where a keep found them; files are not touched. Can be repeated.

        Returns:
            Paths whose index entry the user changed since the keep; these were left alone.

        Raises:
            GitError: as ``check_unkeep``, and ``ref_refused``.
        """
        from autoloop.git import takeback

        return takeback.take_back_keep(self._git, plan, scratch)

    @told
    def plan_undiscard(self, plan: DiscardPlan, ref: str, scratch: Path) -> DiscardPlan:
        """Make ready what a discard took away; the plan is for ``apply_discard``. The user's index stays as it is.

        Args:
            plan: that of the discard.
            ref: where bytes would be saved that appear between plan and deed.
            scratch: where the files are made ready.

        Raises:
            GitError: ``edited_since`` where the files are no longer what the discard left, ``in_the_way``,
                ``operation_in_progress``, ``index_locked``, ``disk_full``.
        """
        from autoloop.git import takeback

        return takeback.plan_discard(self._git, plan, ref, scratch)

    @told
    def plan_revive(self, before: Remembered, base: str, theirs: str, ref: str, scratch: Path) -> DiscardPlan:
        """Apply the change between two trees to the work tree of now; the plan is for ``apply_discard``.

        Files with edits of the user's are merged, never written over; the user's index stays as it is.

        Args:
            before: the work tree of now.
            base: tree that the change began from.
            theirs: tree that it led to.
            ref: anchors the merged tree.
            scratch: where the files are made ready.

        Raises:
            GitError: ``revive_conflict`` with the paths, ``nothing_to_revive``, ``in_the_way``, ``submodule_changed``,
                ``operation_in_progress``, ``index_locked``, ``filter_failed``, ``disk_full``.
        """
        from autoloop.git import revive

        return revive.plan(self._git, revive.Revival(before, base, theirs, ref), scratch)

    @told
    def plan_land(self, ref: str, commits: Sequence[str], scratch: Path) -> LandPlan:
        """Make ready that commits which no branch holds come onto ``ref``; its ``keep`` is for ``apply_keep``.

        Where the branch has moved since, they are committed again on top of it.

        Args:
            ref: full name of the branch, which must be checked out, or ``HEAD``.
            commits: each on top of the one before it.
            scratch: for private indexes.

        Raises:
            GitError: ``land_conflict`` with the paths, ``head_moved``, ``operation_in_progress``, ``index_locked``,
                ``signing_failed``.
        """
        from autoloop.git import land

        return land.plan(self._git, ref, commits, scratch)

    @told
    def remember_landing(self, before: Remembered, plan: KeepPlan, scratch: Path) -> Remembered:
        """What was remembered of the work tree, now that ``plan`` has moved HEAD and index; anchor its ``commit``."""
        from autoloop.git import land

        return land.remember(self._git, before, plan, scratch)

    @told
    def plan_branch(self, name: str, base: str, picks_in_order: Sequence[Pick], scratch: Path) -> BranchPlan:
        """Commit picks on top of ``base``, as objects; one that conflicts is skipped and named.

        Raises:
            GitError: ``bad_branch_name``, ``branch_exists``, ``unknown_revision``, ``signing_failed``.
        """
        from autoloop.git import picks

        return picks.plan(self._git, name, base, picks_in_order, scratch)

    @told
    def stacked(self, base: str, picks_in_order: Sequence[Pick], scratch: Path) -> str:
        """The tree of ``base`` with the picks that fit applied in order; no commit is made, and none is needed."""
        from autoloop.git import picks

        return picks.stacked(self._git, base, picks_in_order, scratch)

    def create_branch(self, plan: BranchPlan) -> None:
        """Create the planned branch; nothing happens when it is there already, at the planned commit.

        Raises:
            GitError: ``branch_exists``, ``ref_refused``.
        """
        from autoloop.git import picks

        picks.create(self._git, plan)

    @told
    def return_to(self, began: Head, keep_as: str, scratch: Path) -> Astray | None:
        """Bring HEAD and its branch back to where they were; None when they are there and nothing is in progress.

        The work tree is left as it is, and ``keep_as`` holds the commit that HEAD was found at.

        Raises:
            GitError: ``head_moved`` when the branch moved again meanwhile.
        """
        from autoloop.git import astray

        return astray.bring_back(self._git, began, keep_as, scratch)


def limit(max_file_bytes: int | None) -> int:
    """Size above which a file is left out of snapshots; 50 MB when nobody said."""
    return _MAX_FILE_BYTES if max_file_bytes is None else max_file_bytes
