"""What every command answers: one frozen Struct each, the ``result`` of its ``--json`` document.

The names are a contract (see docs/reference); JSON Schemas are made from these Structs. Effects are in per cent with
positive meaning better, durations in seconds, times in Unix seconds.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from autoloop.model import (
    Ablated,
    Blocked,
    Confirmation,
    Counts,
    Experiment,
    GuardrailResult,
    Improvement,
    Offer,
    Session,
)
from autoloop.outcomes import Branch, Check, PullRequest, Skipped


class EvalInferred(msgspec.Struct, frozen=True):
    """The eval that set-up found."""

    command: str
    format: str
    primary_metric: str
    direction: str
    unit: str = ""
    pattern: str = ""
    label: str = ""
    note: str = ""


class NamedCommand(msgspec.Struct, frozen=True):
    """A guardrail that set-up found."""

    name: str
    command: str


class EvidenceShown(msgspec.Struct, frozen=True):
    """A file that says so, and what it says."""

    file: str
    why: str


class Inferred(msgspec.Struct, frozen=True):
    """What set-up found in the repository."""

    project_kinds: tuple[str, ...]
    package_manager: str
    eval: EvalInferred | None
    guardrails: tuple[NamedCommand, ...]
    protected: tuple[str, ...]
    evidence: tuple[EvidenceShown, ...]
    confidence: Literal["high", "low", "none"]
    reasons: tuple[str, ...] = ()
    suggestions: tuple[EvalInferred, ...] = ()


class Doctor(msgspec.Struct, frozen=True):
    """Answer of ``doctor``."""

    healthy: bool
    checks: tuple[Check, ...]
    fixed: tuple[str, ...] = ()
    diff: str = ""


class Init(msgspec.Struct, frozen=True):
    """Answer of ``init``."""

    config: str
    inferred: Inferred
    written: bool
    verification: Doctor | None = None
    backup: str | None = None
    text: str = ""


class BaselineMetric(msgspec.Struct, frozen=True):
    """The primary metric at the starting point."""

    name: str
    unit: str
    direction: str
    value: float
    samples: int
    values: tuple[float, ...]


class NoiseShown(msgspec.Struct, frozen=True):
    """Robust coefficient of variation of one run, and whether there was any variation at all."""

    relative: float
    deterministic: bool
    drift: float = 0.0


class Baselined(msgspec.Struct, frozen=True):
    """Answer of ``baseline``; ``detectable_effect`` is a fraction."""

    metric: BaselineMetric
    noise: NoiseShown
    detectable_effect: float
    guardrails: tuple[GuardrailResult, ...]
    commit: str | None
    expected_runs: float
    expected_seconds: float
    metrics: dict[str, float]
    warnings: tuple[str, ...] = ()


class SessionAnswer(msgspec.Struct, frozen=True):
    """Answer of ``session start`` and ``session end``."""

    session: Session


class SessionList(msgspec.Struct, frozen=True):
    """Answer of ``session list``, newest first."""

    sessions: tuple[Session, ...]


class ExperimentName(msgspec.Struct, frozen=True):
    """Which experiment."""

    id: int
    description: str


class MatchShown(msgspec.Struct, frozen=True):
    """An earlier attempt that resembles this one."""

    experiment: int
    score: float
    status: str
    description: str
    why: str = ""


class Pre(msgspec.Struct, frozen=True):
    """Answer of ``pre``."""

    experiment: ExperimentName
    advice: Literal["proceed", "caution", "avoid"]
    reasons: tuple[str, ...]
    matches: tuple[MatchShown, ...]


class MetricShown(msgspec.Struct, frozen=True):
    """The primary metric of an evaluation."""

    name: str
    unit: str
    value: float | None
    incumbent: float | None
    baseline: float | None


class SampleCounts(msgspec.Struct, frozen=True):
    """Runs per arm."""

    candidate: int
    incumbent: int


class SampleValues(msgspec.Struct, frozen=True):
    """Usable values per arm, in the order they were taken."""

    candidate: tuple[float, ...]
    incumbent: tuple[float, ...]


class NumberShown(msgspec.Struct, frozen=True):
    """Any number that the eval printed."""

    value: float | None
    incumbent: float | None
    baseline: float | None


class Eval(msgspec.Struct, frozen=True):
    """Answer of ``eval`` and ``rerun``; what decides comes first."""

    verdict: Literal["keep", "discard", "rerun", "crash"]
    experiment: ExperimentName
    reasons: tuple[str, ...]
    metric: MetricShown
    improvement: Improvement
    samples: SampleCounts
    guardrails: tuple[GuardrailResult, ...]
    metrics: dict[str, NumberShown]
    paths: tuple[str, ...]
    values: SampleValues
    caveats: tuple[str, ...] = ()
    attempt: int = 1
    seconds: float = 0.0
    log: str = ""


class ExperimentEnded(msgspec.Struct, frozen=True):
    """How an experiment ended."""

    id: int
    status: str
    commit: str | None
    paths: tuple[str, ...]
    description: str = ""
    ref: str | None = None


class Ended(msgspec.Struct, frozen=True):
    """Answer of ``keep`` and ``discard``."""

    experiment: ExperimentEnded
    session: str | None
    notes: tuple[str, ...] = ()


class Resumed(msgspec.Struct, frozen=True):
    """Answer of ``resume``."""

    did: str
    recovered: str | None = None
    notes: tuple[str, ...] = ()


class NextBlocked(msgspec.Struct, frozen=True):
    """An action that is not allowed now, with everything in the way."""

    action: str
    reasons: tuple[Blocked, ...]


class Next(msgspec.Struct, frozen=True):
    """Answer of ``next``."""

    describe: str
    allowed: tuple[Offer, ...]
    blocked: tuple[NextBlocked, ...]
    experiment: ExperimentName | None = None
    goal: str = ""


class OpenExperiment(msgspec.Struct, frozen=True):
    """The experiment in hand."""

    id: int
    description: str
    status: str
    verdict: str | None = None
    reasons: tuple[str, ...] = ()


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


class Status(msgspec.Struct, frozen=True):
    """Answer of ``status``."""

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


class History(msgspec.Struct, frozen=True):
    """Answer of ``history``, newest first."""

    experiments: tuple[Recent, ...]
    total: int


class Show(msgspec.Struct, frozen=True):
    """Answer of ``show``: the whole document."""

    experiment: Experiment
    unit: str = ""


class Diff(msgspec.Struct, frozen=True):
    """Answer of ``diff``; under ``--json`` a long text is cut, and ``file`` holds all of it."""

    experiment: int | None
    paths: tuple[str, ...]
    text: str
    truncated: bool = False


class Learn(msgspec.Struct, frozen=True):
    """Answer of ``learn``."""

    file: str
    insights: dict[str, object]


class FinalConfirmed(msgspec.Struct, frozen=True):
    """The gain as measured again."""

    percent: float
    low: float | None
    high: float | None
    pairs: int


class Finalize(msgspec.Struct, frozen=True):
    """Answer of ``finalize``; ``holdout`` is null without a hold-out check."""

    branches: tuple[Branch, ...]
    claimed_percent: float
    confirmed: FinalConfirmed | None
    skipped: tuple[Skipped, ...]
    pr: PullRequest
    ablation: tuple[Ablated, ...] = ()
    holdout: bool | None = None
    notes: tuple[str, ...] = ()


class Stopped(msgspec.Struct, frozen=True):
    """Why a driven session stopped: ``budget``, ``target``, ``plateau``, ``failures``, ``proposer`` or ``done``."""

    reason: str
    why: str


class RunAnswer(msgspec.Struct, frozen=True):
    """Answer of ``run``."""

    session: SessionShown | None
    experiments: tuple[Recent, ...]
    stopped: Stopped
    usage: dict[str, float | None]


class MachineShown(msgspec.Struct, frozen=True):
    """Answer of ``machine``: the declared workflow."""

    workflow: dict[str, object]
    mermaid: str = ""


class SchemaShown(msgspec.Struct, frozen=True):
    """Answer of ``schema``."""

    name: str
    schema: dict[str, object]


class ConfigShown(msgspec.Struct, frozen=True):
    """Answer of ``config``: the file with all defaults filled in."""

    path: str
    config: dict[str, object]
    digest: str
    sealed: bool


class Text(msgspec.Struct, frozen=True):
    """An answer that is a text, such as a completion script."""

    text: str
