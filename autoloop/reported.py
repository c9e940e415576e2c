"""What a report says: the ``result`` of ``autoloop report --json``, and what every other form of a report is made of.

Every field is there in every document, null where nothing is known, and there are no others: the schema is a strict
one. Effects are in per cent with positive meaning better, durations in seconds, times in Unix seconds.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from autoloop.model import Improvement
from autoloop.shown import ExperimentName

Outcome = Literal["kept", "discarded", "crashed", "guardrail", "scope", "uncertain", "open"]


class Effect(Struct, frozen=True, forbid_unknown_fields=True):
    """A gain with its 90 % interval; ``expected`` is shrunk for the optimism of stopping when it looks good."""

    percent: float | None
    low: float | None
    high: float | None
    certainty: float | None
    expected: float | None


class Confirmed(Struct, frozen=True, forbid_unknown_fields=True):
    """Base against tip, measured again in interleaved pairs."""

    percent: float
    low: float | None
    high: float | None
    pairs: int
    base_value: float
    tip_value: float
    at: float


class MetricReported(Struct, frozen=True, forbid_unknown_fields=True):
    """The primary metric: at the start of the first session reported, and at the best state since."""

    name: str
    unit: str
    direction: Literal["lower_is_better", "higher_is_better"]
    start: float | None
    best: float | None
    best_experiment: int | None


class Headline(Struct, frozen=True, forbid_unknown_fields=True):
    """What was gained; ``claimed_percent`` is the product of the single verdicts, each shrunk for optimism."""

    sentence: str
    claimed_percent: float
    confirmed: Confirmed | None


class Tally(Struct, frozen=True, forbid_unknown_fields=True):
    """Experiments by their ending; ``imported`` ones are counted there alone."""

    total: int
    kept: int
    discarded: int
    crashed: int
    open: int
    imported: int


class UsageReported(Struct, frozen=True, forbid_unknown_fields=True):
    """What it cost; null where nobody knows."""

    wall_seconds: float
    eval_seconds: float
    runs: int
    tokens: int | None
    usd: float | None


class LimitReported(Struct, frozen=True, forbid_unknown_fields=True):
    """One limit of a session."""

    name: str
    limit: float | None
    spent: float | None


class SessionReported(Struct, frozen=True, forbid_unknown_fields=True):
    """One session."""

    id: int
    name: str
    goal: str
    status: Literal["open", "ended", "finalized"]
    opened: float
    closed: float | None
    base_commit: str
    branches: tuple[str, ...]
    wins: tuple[int, ...]
    claimed_percent: float
    confirmed: Confirmed | None
    limits: tuple[LimitReported, ...]


class GuardrailReported(Struct, frozen=True, forbid_unknown_fields=True):
    """What one guardrail said; ``passed`` is null when it could not be judged."""

    name: str
    passed: bool | None
    value: float | None
    threshold: str
    why: str


class Samples(Struct, frozen=True, forbid_unknown_fields=True):
    """Usable values of both arms, in the order they were taken."""

    candidate: tuple[float, ...]
    incumbent: tuple[float, ...]


class ExperimentReported(Struct, frozen=True, forbid_unknown_fields=True):
    """One experiment.

    Attributes:
        status: how it ended.
        outcome: why it ended so: a discard may be one for a guardrail, for its paths, or for want of certainty.
        verdict: what the measurement said; null when it was not measured.
        incumbent: what it was measured against.
        imported: the file that it comes from; null for AutoLoop's own.
    """

    id: int
    session: int
    description: str
    status: Literal["open", "kept", "discarded", "crashed"]
    outcome: Outcome
    verdict: Literal["keep", "discard", "rerun", "crash"] | None
    reasons: tuple[str, ...]
    value: float | None
    incumbent: float | None
    effect: Effect
    samples: Samples
    guardrails: tuple[GuardrailReported, ...]
    caveats: tuple[str, ...]
    paths: tuple[str, ...]
    commit: str | None
    attempts: int
    seconds: float
    opened: float
    closed: float | None
    imported: str | None


class Fact(Struct, frozen=True, forbid_unknown_fields=True):
    """A fact of the machine."""

    name: str
    value: str


class Method(Struct, frozen=True, forbid_unknown_fields=True):
    """How it was measured; ``noise_percent`` is that of one run, null when nothing was measured yet."""

    command: str
    noise_percent: float | None
    deterministic: bool
    machine: tuple[Fact, ...]


class Report(Struct, frozen=True, forbid_unknown_fields=True):
    """Answer of ``report``: what happened, what it gained, and everything that it rests on."""

    title: str
    repository: str
    generated: float
    autoloop: str
    headline: Headline
    metric: MetricReported | None
    counts: Tally
    usage: UsageReported
    method: Method
    sessions: tuple[SessionReported, ...]
    experiments: tuple[ExperimentReported, ...]


class ReportFile(Struct, frozen=True):
    """Answer of ``report`` and ``export`` when a file was written."""

    file: str
    format: str
    bytes: int
    headline: str = ""
    opened: bool = False


class FinalConfirmed(Struct, frozen=True):
    """The gain as measured again."""

    percent: float
    low: float | None
    high: float | None
    pairs: int


class Reproduced(Struct, frozen=True):
    """Answer of ``reproduce``: the effect on record beside the one that was measured now.

    Attributes:
        commit: what was measured; null for a candidate that was not kept.
        parent: what it was measured against.
        recorded: the effect that the verdict rests on.
        measured: the effect now.
        reproduced: whether the whole interval of the effect now is above nothing.
        before: median without the change.
        after: median with it.
        runs: folder of the raw output.
    """

    experiment: ExperimentName
    status: str
    commit: str | None
    parent: str | None
    recorded: Improvement
    measured: FinalConfirmed
    reproduced: bool
    before: float
    after: float
    unit: str
    runs: str
