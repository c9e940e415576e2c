"""What every command answers: one frozen Struct each, the ``result`` of its ``--json`` document.

The names are a contract (see docs/reference); JSON Schemas are made from these Structs. Effects are in per cent with
positive meaning better, durations in seconds, times in Unix seconds.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from autoloop.described import ConfigShown, Help, MachineShown, SchemaShown, Text, Verbatim
from autoloop.driven import RunAnswer, Steered, Stopped, UsageAnswer
from autoloop.inferred import EvalInferred, EvidenceShown, Inferred, NamedCommand
from autoloop.model import (
    Ablated,
    Experiment,
    GuardrailResult,
    Improvement,
    Session,
)
from autoloop.outcomes import Branch, Check, PullRequest, Skipped
from autoloop.reported import FinalConfirmed, Report, ReportFile, Reproduced
from autoloop.shown import (
    BaselineShown,
    BestShown,
    ExperimentName,
    History,
    IncumbentShown,
    Next,
    NextBlocked,
    OpenExperiment,
    Recent,
    Running,
    SessionShown,
    Standing,
    Status,
    UsageShown,
)

__all__ = [
    "BaselineMetric",
    "BaselineShown",
    "Baselined",
    "BestShown",
    "ConfigShown",
    "Diff",
    "Doctor",
    "Ended",
    "Eval",
    "EvalInferred",
    "EvidenceShown",
    "ExperimentEnded",
    "ExperimentName",
    "FileStep",
    "FinalConfirmed",
    "Finalize",
    "Help",
    "History",
    "Ideas",
    "IncumbentShown",
    "Inferred",
    "Init",
    "Installed",
    "Learn",
    "MachineShown",
    "MatchShown",
    "MetricShown",
    "NamedCommand",
    "Next",
    "NextBlocked",
    "NoiseShown",
    "NumberShown",
    "OpenExperiment",
    "Pre",
    "Recent",
    "Report",
    "ReportFile",
    "Reproduced",
    "Resumed",
    "RunAnswer",
    "Running",
    "SampleCounts",
    "SampleValues",
    "SchemaShown",
    "SessionAnswer",
    "SessionList",
    "SessionShown",
    "Show",
    "Standing",
    "Status",
    "Steered",
    "Stopped",
    "Text",
    "UsageAnswer",
    "UsageShown",
    "Verbatim",
]


class Doctor(msgspec.Struct, frozen=True):
    """Answer of ``doctor``; ``healthy`` says that commands were run and nothing failed.

    With ``agent`` the checks are of that agent's client, and ``healthy`` says that it can work here.
    """

    healthy: bool
    checks: tuple[Check, ...]
    fixed: tuple[str, ...] = ()
    diff: str = ""
    agent: str | None = None


class FileStep(msgspec.Struct, frozen=True):
    """One file of an agent's wrappers; ``did`` is written, updated, current, removed, kept, or a check's finding."""

    path: str
    did: str


class Installed(msgspec.Struct, frozen=True):
    """Answer of ``install``; ``drift`` is whether a check found anything that is not current."""

    agents: tuple[str, ...]
    files: tuple[FileStep, ...]
    drift: bool = False


class Init(msgspec.Struct, frozen=True):
    """Answer of ``init``."""

    config: str
    inferred: Inferred
    written: bool
    verification: Doctor | None = None
    backup: str | None = None
    text: str = ""
    imported: int = 0


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


class MatchShown(msgspec.Struct, frozen=True):
    """An earlier attempt that resembles this one."""

    experiment: int
    score: float
    status: str
    description: str
    why: str = ""


class Pre(msgspec.Struct, frozen=True):
    """Answer of ``pre``; ``hints`` tell how its kind of change fared so far, and which guardrails broke."""

    experiment: ExperimentName
    advice: Literal["proceed", "caution", "avoid"]
    reasons: tuple[str, ...]
    matches: tuple[MatchShown, ...]
    hints: tuple[str, ...] = ()


class MetricShown(msgspec.Struct, frozen=True):
    """The primary metric of an evaluation, and the format that its number was found in."""

    name: str
    unit: str
    value: float | None
    incumbent: float | None
    baseline: float | None
    format: str = ""


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
    """How an experiment ended; ``waits`` when its commit is made but not on the branch (``land`` puts it there)."""

    id: int
    status: str
    commit: str | None
    paths: tuple[str, ...]
    description: str = ""
    ref: str | None = None
    waits: bool = False


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


class Show(msgspec.Struct, frozen=True):
    """Answer of ``show``: the whole document, and what it changed; ``truncated`` says that ``diff N`` has more."""

    experiment: Experiment
    unit: str = ""
    session: str = ""
    diff: str = ""
    truncated: bool = False
    waits: bool = False


class Diff(msgspec.Struct, frozen=True):
    """Answer of ``diff``; ``cut`` of the envelope says so when the text was too long."""

    experiment: int | None
    paths: tuple[str, ...]
    text: str


class Ideas(msgspec.Struct, frozen=True):
    """Answer of ``idea add``, ``idea list`` and ``idea drop``: the list as it is now."""

    file: str
    ideas: tuple[Standing, ...]


class Learn(msgspec.Struct, frozen=True):
    """Answer of ``learn``."""

    file: str
    insights: dict[str, object]


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
