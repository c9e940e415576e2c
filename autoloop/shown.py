"""What the reading commands answer: ``status``, ``next`` and ``history`` need only these Structs (see payloads)."""

from __future__ import annotations

from typing import Literal

import msgspec

from autoloop.model import Blocked, Confirmation, Counts, Improvement, Offer


class ExperimentName(msgspec.Struct, frozen=True):
    """Which experiment."""

    id: int
    description: str


class Standing(msgspec.Struct, frozen=True):
    """An idea and the experiments that were about it; ``kept`` is one that is in."""

    number: int
    text: str
    standing: Literal["untried", "tried", "kept"] = "untried"
    experiments: tuple[int, ...] = ()


class NextBlocked(msgspec.Struct, frozen=True):
    """An action that is not allowed now, with everything in the way."""

    action: str
    reasons: tuple[Blocked, ...]


class Next(msgspec.Struct, frozen=True):
    """Answer of ``next``; ``ideas`` are the first of the list that were not tried yet."""

    describe: str
    allowed: tuple[Offer, ...]
    blocked: tuple[NextBlocked, ...]
    experiment: ExperimentName | None = None
    goal: str = ""
    ideas: tuple[str, ...] = ()
    waiting: tuple[int, ...] = ()
    running: Running | None = None


class OpenExperiment(msgspec.Struct, frozen=True):
    """The experiment in hand."""

    id: int
    description: str
    status: str
    verdict: str | None = None
    reasons: tuple[str, ...] = ()


class UsageShown(msgspec.Struct, frozen=True):
    """What agents used; unknown is null, never 0. ``input`` includes ``cached``, ``output`` includes thoughts."""

    tokens: int | None = None
    input: int | None = None
    cached: int | None = None
    output: int | None = None
    usd: float | None = None


class SessionShown(msgspec.Struct, frozen=True):
    """A session in brief; gains in per cent."""

    id: int
    name: str
    status: str
    goal: str
    opened: float
    wins: tuple[int, ...]
    claimed_percent: float
    confirmed: Confirmation | None
    experiments: int
    usage: UsageShown = UsageShown()
    calls: int = 0


class IncumbentShown(msgspec.Struct, frozen=True):
    """What candidates are judged against."""

    experiment: int | None
    value: float


class BaselineShown(msgspec.Struct, frozen=True):
    """The starting point in brief."""

    metric: str
    unit: str
    direction: str
    value: float
    relative_noise: float
    deterministic: bool


class BestShown(msgspec.Struct, frozen=True):
    """The best value ever kept."""

    experiment: int | None
    value: float


class Recent(msgspec.Struct, frozen=True):
    """One experiment in a table."""

    id: int
    status: str
    description: str
    value: float | None
    improvement: Improvement
    reason: str
    commit: str | None = None
    session: int = 0
    imported: str = ""


class Held(msgspec.Struct, frozen=True):
    """What is held of one experiment: its git references, and the bytes of its raw output."""

    id: int
    status: str
    description: str
    refs: tuple[str, ...] = ()
    bytes: int = 0


class Running(msgspec.Struct, frozen=True):
    """Work that another process is at: the answer of ``--detach``, and of ``wait`` while it lasts.

    ``running`` is always true: where the work has ended, ``wait`` answers what the command itself would have.
    """

    running: bool
    command: str
    phase: str
    text: str
    samples: int
    at_most: int
    improvement: Improvement
    elapsed: float
    expected: float | None
    pid: int


class Status(msgspec.Struct, frozen=True):
    """Answer of ``status``; ``waiting`` are kept experiments that are not on their branch yet (``land``)."""

    describe: str
    session: SessionShown | None
    experiment: OpenExperiment | None
    baseline: BaselineShown | None
    incumbent: IncumbentShown | None
    counts: Counts
    best: BestShown | None
    streak: int
    recent: tuple[Recent, ...] = ()
    sessions: tuple[SessionShown, ...] = ()
    waiting: tuple[int, ...] = ()
    running: Running | None = None


class History(msgspec.Struct, frozen=True):
    """Answer of ``history``, newest first; ``held`` is there with ``--refs``."""

    experiments: tuple[Recent, ...]
    total: int
    held: tuple[Held, ...] = ()
