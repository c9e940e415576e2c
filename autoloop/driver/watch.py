"""What a hand must leave alone, and putting it right when it did not.

That is the branch and HEAD, AutoLoop's own files, and whatever somebody has not committed yet.
"""

from __future__ import annotations

import msgspec

from autoloop.driver.hand import Event, Proposal
from autoloop.driver.standing import opened
from autoloop.facts import LiveFacts
from autoloop.git import Head
from autoloop.model import Record
from autoloop.opened import OpenWorkspace

_NAMED = 3


class Watch:
    """One call's surroundings, as they were before it.

    Args:
        workspace: where.
        record: with the experiment that the call is made for.
        ref: below which git reference commits of the hand's own stay reachable.
    """

    def __init__(self, workspace: OpenWorkspace, record: Record, ref: str) -> None:
        self.workspace = workspace
        self.record = record
        self.ref = ref
        self.head = workspace.repository.head()
        self.frozen = workspace.store.freeze()
        self.uncommitted = self._uncommitted(opened(record).before)

    def settle(self, proposal: Proposal) -> Proposal:
        """Put back what was moved; the proposal with what is to be said about it.

        Commits on top of the branch are taken back and stay as changes in the work tree, so that they are measured
        like any others. After anything else the proposal is not measured; discarding it brings the files back.
        """
        meddled = self.workspace.store.thaw(self.frozen)
        repository = self.workspace.repository
        strayed = repository.return_to(self.head, self.ref, self.workspace.layout.scratch)
        if meddled:
            return _instead(
                proposal, "meddled", f"it changed AutoLoop's own files ({', '.join(meddled)}); they are back"
            )
        if strayed and not strayed.ahead:
            return _instead(
                proposal, "strayed", f"it moved {_name(self.head)} to {_name(strayed.head)}; that was undone"
            )
        if strayed and strayed.operation:
            return _instead(proposal, "strayed", f"it left git in the middle of something ({strayed.operation})")
        if lost := self._thrown_away():
            return _instead(
                proposal, "strayed", f"it threw away what was not committed ({_listed(lost)}); that comes back"
            )
        if strayed:
            return msgspec.structs.replace(proposal, why="its own commits were taken back: their changes are measured")
        return proposal

    def _uncommitted(self, tree: str) -> set[str]:
        """Paths in which a state of the files differs from HEAD as it was."""
        repository = self.workspace.repository
        return set(repository.changed_paths(repository.tree_of(self.head.commit), tree))

    def _thrown_away(self) -> list[str]:
        """Paths that differed from HEAD before the call and are as in HEAD now, as after ``git reset --hard``."""
        if not self.uncommitted:
            return []
        return sorted(self.uncommitted - self._uncommitted(LiveFacts(self.workspace, self.record).tree))


def _instead(proposal: Proposal, event: Event, why: str) -> Proposal:
    return msgspec.structs.replace(proposal, event=event, why=f"the call is not measured: {why}")


def _listed(paths: list[str]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(paths[:_NAMED]) + more


def _name(head: Head) -> str:
    """``main at 1a2b3c4d5e``."""
    ref = (head.ref or "a detached HEAD").removeprefix("refs/heads/")
    return f"{ref} at {(head.commit or 'no commit')[:10]}"
