"""The only owner of git: the user's index, files and branches stay as they are until a plan is applied."""

from __future__ import annotations

from autoloop.git.handle import sweep
from autoloop.git.hooks import Rehearsal
from autoloop.git.names import decode as path_bytes
from autoloop.git.names import encode as path_text
from autoloop.git.repository import Repository
from autoloop.git.values import (
    BranchPlan,
    Change,
    DiscardPlan,
    Head,
    Identity,
    KeepPlan,
    KeepState,
    LandPlan,
    Pick,
    Picked,
    Probe,
    Remembered,
    Side,
    Skipped,
    Snapshot,
)

__all__ = [
    "BranchPlan",
    "Change",
    "DiscardPlan",
    "Head",
    "Identity",
    "KeepPlan",
    "KeepState",
    "LandPlan",
    "Pick",
    "Picked",
    "Probe",
    "Rehearsal",
    "Remembered",
    "Repository",
    "Side",
    "Skipped",
    "Snapshot",
    "path_bytes",
    "path_text",
    "sweep",
]
