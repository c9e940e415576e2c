"""What a hand must leave alone, and putting it right when it did not: the branch, HEAD, and AutoLoop's own files."""

from __future__ import annotations

import msgspec

from autoloop.driver.hand import Event, Proposal
from autoloop.git import Head
from autoloop.opened import OpenWorkspace


class Watch:
    """One call's surroundings, as they were before it.

    Args:
        workspace: where.
        ref: below which git reference commits of the hand's own stay reachable.
    """

    def __init__(self, workspace: OpenWorkspace, ref: str) -> None:
        self.workspace = workspace
        self.ref = ref
        self.head = workspace.repository.head()
        self.frozen = workspace.store.freeze()

    def settle(self, proposal: Proposal) -> Proposal:
        """Put back what was moved; the proposal with what is to be said about it.

        Commits on top of the branch are taken back and stay as changes in the work tree, so that they are measured
        like any others. After anything else the proposal is not measured.
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
        if strayed:
            return msgspec.structs.replace(proposal, why="its own commits were taken back: their changes are measured")
        return proposal


def _instead(proposal: Proposal, event: Event, why: str) -> Proposal:
    return msgspec.structs.replace(proposal, event=event, why=f"the call is not measured: {why}")


def _name(head: Head) -> str:
    """``main at 1a2b3c4d5e``."""
    ref = (head.ref or "a detached HEAD").removeprefix("refs/heads/")
    return f"{ref} at {(head.commit or 'no commit')[:10]}"
