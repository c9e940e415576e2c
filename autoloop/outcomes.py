"""What works come to, and what opening an experiment needs: the values that travel from hands to updates."""

from __future__ import annotations

from typing import Literal

import msgspec

from autoloop.model import Ablated, Baseline, Confirmation, Experiment, Incumbent, Limits, Session

Arm = Literal["incumbent", "candidate"]


class Check(msgspec.Struct, frozen=True):
    """One line of doctor's table; ``status`` is pass, warn or fail."""

    id: str
    status: str
    what: str
    why: str = ""
    fix: str = ""


class Checked(msgspec.Struct, frozen=True):
    """What doctor found; ``config_digest`` is that of the configuration whose commands it ran.

    ``fixed`` says what was replaced in config.toml, ``diff`` shows it.
    """

    checks: tuple[Check, ...]
    durations: dict[str, float] = {}
    fixed: tuple[str, ...] = ()
    diff: str = ""
    config_digest: str = ""

    @property
    def healthy(self) -> bool:
        """Whether nothing failed; warnings do not count."""
        return all(check.status != "fail" for check in self.checks)


class Calibrated(msgspec.Struct, frozen=True):
    """What measuring the starting point came to; without a baseline, ``why`` says what went wrong."""

    incumbent: Incumbent
    baseline: Baseline | None = None
    durations: dict[str, float] = {}
    why: str = ""


class Opening(msgspec.Struct, frozen=True):
    """What an experiment or a session begins with."""

    limits: Limits = Limits()
    description: str = ""
    name: str = ""
    goal: str = ""
    branch: str | None = None
    commit: str | None = None
    before: str = ""
    remembered: dict[str, object] = {}
    refs: dict[str, str] = {}
    origin: int | None = None
    tokens_known: int | None = None
    usd_known: float | None = None


class Confirmed(msgspec.Struct, frozen=True):
    """What measuring again came to; ``holdout`` is None without a hold-out check."""

    confirmation: Confirmation | None = None
    ablation: tuple[Ablated, ...] = ()
    holdout: bool | None = None


class HoldoutFailed(msgspec.Struct, frozen=True):
    """The hidden check said no to a keep; nothing more is told of it."""

    why: str = "the hold-out check failed"


class Kept(msgspec.Struct, frozen=True):
    """A committed win, and the work tree at rest after it; ``waits`` when the commit is not on the branch yet."""

    commit: str
    ref: str | None
    tree: str
    remembered: dict[str, object] = {}
    waits: bool = False


class Discarded(msgspec.Struct, frozen=True):
    """A reverted change, and the work tree at rest after it; ``trash`` holds every byte that was there."""

    tree: str
    remembered: dict[str, object] = {}
    trash: str | None = None
    reason: str = ""
    restored: tuple[str, ...] = ()
    saved: tuple[str, ...] = ()


class Undone(msgspec.Struct, frozen=True):
    """A keep or discard that was taken back: the experiment is in hand again."""

    experiment: Experiment
    kind: str
    notes: tuple[str, ...] = ()


class Revived(msgspec.Struct, frozen=True):
    """An earlier candidate's change, applied to today's incumbent as the beginning of a new experiment."""

    opening: Opening
    paths: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Landed(msgspec.Struct, frozen=True):
    """Waiting wins that are on their branch now; ``experiments`` name their commits there."""

    ref: str
    experiments: tuple[Experiment, ...]
    remembered: dict[str, object] = {}
    rebased: bool = False
    notes: tuple[str, ...] = ()


class PullRequest(msgspec.Struct, frozen=True):
    """The text for reviewers, and the command that opens the request; ``url`` once it was opened (``--pr``)."""

    title: str
    body_file: str
    argv: tuple[str, ...]
    url: str = ""


class Branch(msgspec.Struct, frozen=True):
    """A review branch; ``paths`` are those that its wins changed and no other branch's; ``pr`` asks for its review."""

    name: str
    base: str
    head: str
    experiments: tuple[int, ...]
    commits: tuple[str, ...]
    paths: tuple[str, ...] = ()
    pr: PullRequest | None = None


class Skipped(msgspec.Struct, frozen=True):
    """A win that is not on the branch, and why."""

    experiment: int
    why: str


class Finalized(msgspec.Struct, frozen=True):
    """What finalize built."""

    branches: tuple[Branch, ...]
    sessions: tuple[Session, ...]
    claimed_percent: float
    pr: PullRequest
    confirmed: Confirmation | None = None
    skipped: tuple[Skipped, ...] = ()
    ablation: tuple[Ablated, ...] = ()
    holdout: bool | None = None
    experiments: tuple[int, ...] = ()
