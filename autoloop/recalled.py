"""What the commands answer that take back, bring back, land and let go: ``undo``, ``revive``, ``land``, ``prune``."""

from __future__ import annotations

import msgspec

from autoloop.shown import ExperimentName, Held, OpenExperiment


class UndoAnswer(msgspec.Struct, frozen=True):
    """Answer of ``undo``: the experiment in hand again; ``undone`` is keep or discard."""

    undone: str
    experiment: OpenExperiment
    session: str | None
    notes: tuple[str, ...] = ()


class ReviveAnswer(msgspec.Struct, frozen=True):
    """Answer of ``revive``: the new experiment, the earlier one it came from, and the files that were changed."""

    experiment: ExperimentName
    origin: int
    paths: tuple[str, ...]
    notes: tuple[str, ...] = ()


class LandedShown(msgspec.Struct, frozen=True):
    """A win that is on its branch now."""

    id: int
    description: str
    commit: str


class LandAnswer(msgspec.Struct, frozen=True):
    """Answer of ``land``; ``rebased`` when the branch had moved since the wins were kept."""

    branch: str
    landed: tuple[LandedShown, ...]
    rebased: bool = False
    notes: tuple[str, ...] = ()


class PruneAnswer(msgspec.Struct, frozen=True):
    """Answer of ``prune``: the candidates that were let go (or would be, with ``dry_run``), and how many are held yet.

    Attributes:
        limit: so many candidates that were not kept are held at most.
        bytes: size of the raw output that went with them.
    """

    pruned: tuple[Held, ...]
    held: int
    limit: int
    bytes: int
    dry_run: bool = False
