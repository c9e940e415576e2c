"""The words of learning: what a history of experiments comes to. Gains are per cent, positive is better."""

from __future__ import annotations

import msgspec

from autoloop.similarity import Ending


class Tally(msgspec.Struct, frozen=True):
    """How many experiments ended how; imported ones are counted as such alone."""

    total: int = 0
    kept: int = 0
    discarded: int = 0
    crashed: int = 0
    open: int = 0
    imported: int = 0


class Finding(msgspec.Struct, frozen=True):
    """One experiment and what it came to.

    Attributes:
        percent: measured gain, None when nothing was measured; ``low`` and ``high`` are its interval.
        claimed: the gain shrunk for the optimism of stopping when it looks good.
        confirmed: whether its session's gain was measured again and held; None when it was not measured again.
        moved: change of other metrics in per cent of the incumbent's, where it is large; the sign is the number's own.
    """

    experiment: int
    description: str
    percent: float | None = None
    low: float | None = None
    high: float | None = None
    claimed: float | None = None
    confirmed: bool | None = None
    paths: tuple[str, ...] = ()
    why: str = ""
    moved: dict[str, float] = {}


class Claim(msgspec.Struct, frozen=True):
    """What a session says it gained, beside what was found when base and tip were measured again."""

    session: int
    name: str
    wins: tuple[int, ...]
    claimed: float
    confirmed: float | None = None
    low: float | None = None
    high: float | None = None
    pairs: int = 0


class Failures(msgspec.Struct, frozen=True):
    """Experiments that ended in the same way."""

    ending: Ending
    findings: tuple[Finding, ...]


class WatchOut(msgspec.Struct, frozen=True):
    """Something that went wrong and may again: ``kind`` is guardrail, path, crash, harness, noise, claim or plateau."""

    kind: str
    name: str
    text: str
    experiments: tuple[int, ...]


class Track(msgspec.Struct, frozen=True):
    """What became of the experiments that touched a file, or were of a kind.

    Attributes:
        median: median of the measured gains of all of them, kept or not.
        best: the largest gain that was kept, and ``best_experiment`` is whose.
    """

    name: str
    experiments: tuple[int, ...]
    kept: tuple[int, ...] = ()
    broke: tuple[int, ...] = ()
    median: float | None = None
    best: float | None = None
    best_experiment: int | None = None


class Revisit(msgspec.Struct, frozen=True):
    """A discard whose reason may no longer hold, because of the wins in ``since``."""

    experiment: int
    description: str
    because: str
    since: tuple[int, ...]


class Repeat(msgspec.Struct, frozen=True):
    """An experiment that had been tried before; ``identical`` when the very same tree was measured."""

    experiment: int
    earlier: int
    score: float
    identical: bool = False


class Idea(msgspec.Struct, frozen=True):
    """Something to try next; ``origin`` is backlog, near miss, undecided, set aside, revisit or kind."""

    text: str
    origin: str
    experiments: tuple[int, ...] = ()
    advice: str = "proceed"


class Insights(msgspec.Struct, frozen=True):
    """All that a history teaches, weightiest first in each list."""

    tally: Tally = Tally()
    claims: tuple[Claim, ...] = ()
    helped: tuple[Finding, ...] = ()
    failed: tuple[Failures, ...] = ()
    watch_outs: tuple[WatchOut, ...] = ()
    files: tuple[Track, ...] = ()
    kinds: tuple[Track, ...] = ()
    revisit: tuple[Revisit, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    ideas: tuple[Idea, ...] = ()
