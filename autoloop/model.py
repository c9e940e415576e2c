"""The words of the house: frozen Structs for everything that is persisted.

All times are Unix seconds and informative only (order is by sequence number); all durations are seconds; all
relative effects are fractions of the incumbent with *positive meaning better*, unless a name ends in ``percent``.
"""

from typing import Literal

import msgspec

from autoloop.evaluation import (
    Ablated,
    Confirmation,
    Decision,
    Evaluation,
    GuardrailResult,
    Improvement,
    Learned,
    Measurement,
    Noise,
    Run,
)
from autoloop.usage import AgentCall, Usage

__all__ = [
    "SCHEMA_VERSION",
    "WAIT",
    "Ablated",
    "AgentCall",
    "Baseline",
    "Best",
    "Blocked",
    "Confirmation",
    "Counts",
    "Decision",
    "Direction",
    "Ending",
    "Evaluation",
    "Experiment",
    "ExperimentStatus",
    "Fingerprint",
    "GuardrailResult",
    "Improvement",
    "Incumbent",
    "Learned",
    "Limits",
    "Measurement",
    "Noise",
    "Offer",
    "Record",
    "Request",
    "Run",
    "Session",
    "SessionStatus",
    "Spent",
    "Usage",
    "Waiting",
]

SCHEMA_VERSION = 1

Direction = Literal["lower_is_better", "higher_is_better"]
ExperimentStatus = Literal["open", "kept", "discarded", "crashed"]
SessionStatus = Literal["open", "ended", "finalized"]


class Blocked(msgspec.Struct, frozen=True):
    """Why a guard says no: a stable code, the reason with its facts, and what to type or edit next."""

    code: str
    why: str
    fix: str
    exit: int = 1


class Experiment(msgspec.Struct, frozen=True):
    """One attempted change, from ``pre`` to ``keep`` or ``discard``.

    Attributes:
        before: what the work tree was when it began (git tree, and the document that restores it).
        base_commit: HEAD when it began.
        commit: the commit that keeps it, when kept.
        refs: where its candidate is held, so that nothing that was tried is ever lost.
        crashes: failed evaluations so far; they do not end the experiment.
        incumbent: experiment whose state it was judged against, None for the baseline.
        imported: the foreign file it comes from; nothing of it was measured here, and it is no win of any session.
        calls: the agent's calls that made it, when it was driven.
        origin: the earlier experiment that it revives.
        pruned: when its candidate was let go to make room; its documents stay.
    """

    id: int
    slug: str
    session: int
    description: str
    opened: float
    before: str
    status: ExperimentStatus = "open"
    base_commit: str | None = None
    remembered: dict[str, object] = {}
    measurement: Measurement | None = None
    evaluation: Evaluation | None = None
    earlier: tuple[Evaluation, ...] = ()
    crashes: int = 0
    closed: float | None = None
    commit: str | None = None
    paths: tuple[str, ...] = ()
    reason: str = ""
    refs: dict[str, str] = {}
    incumbent: int | None = None
    imported: str = ""
    calls: tuple[AgentCall, ...] = ()
    origin: int | None = None
    pruned: float | None = None

    @property
    def candidate(self) -> str | None:
        """What it led to: the tree that was measured last, else the reference that holds what was discarded."""
        found = self.evaluation or self.measurement or (self.earlier[-1] if self.earlier else None)
        return found.tree if found else self.refs.get("trash")


class Limits(msgspec.Struct, frozen=True):
    """The session's caps; None is no cap. Times in seconds, ``target`` in the metric's unit."""

    experiments: int | None = None
    time: float | None = None
    eval_time: float | None = None
    tokens: int | None = None
    usd: float | None = None
    failures: int | None = None
    plateau: int | None = None
    target: float | None = None


class Spent(msgspec.Struct, frozen=True):
    """What the session has used; unknown usage is None, never 0."""

    experiments: int = 0
    eval_time: float = 0.0
    tokens: int | None = None
    usd: float | None = None
    failures: int = 0
    plateau: int = 0


class Session(msgspec.Struct, frozen=True):
    """A bounded run of experiments.

    Attributes:
        base_commit: HEAD when it began; the review branch starts here.
        base_tree: the work tree when it began, which the confirmation measures against.
        baseline_value: the primary metric's median when it began.
        baseline_metrics: every number seen then; guardrails must not drift from these either.
        wins: ids of kept experiments, in order.
        usage: what its agents used, as far as they said.
        calls: how often an agent was called, and how many of the latest calls (``silent``) did not say what they used.
        ingested: digests of the outputs that were counted for agents run by hand; none counts twice.
    """

    id: int
    name: str
    opened: float
    base_commit: str
    limits: Limits
    base_tree: str = ""
    goal: str = ""
    status: SessionStatus = "open"
    branch: str | None = None
    spent: Spent = Spent()
    first_experiment: int = 0
    baseline_value: float | None = None
    baseline_metrics: dict[str, float] = {}
    wins: tuple[int, ...] = ()
    claimed: float = 0.0
    confirmation: Confirmation | None = None
    closed: float | None = None
    outcome: str = ""
    branches: tuple[str, ...] = ()
    usage: Usage = Usage()
    calls: int = 0
    silent: int = 0
    ingested: tuple[str, ...] = ()


class Fingerprint(msgspec.Struct, frozen=True):
    """The machine as far as it decides timings; two different ones make stored numbers incomparable."""

    digest: str
    facts: dict[str, str] = {}


class Baseline(msgspec.Struct, frozen=True):
    """The measured starting point.

    Attributes:
        values: samples of the primary metric, in the order they were taken.
        relative_noise: robust coefficient of variation of one run.
        detectable_effect: smallest relative effect that ``max_samples`` can resolve.
        config_digest: digest of the configuration it was measured under.
        members: benchmarks behind a geometric mean; a run with others is not comparable.
        litter: paths that the eval itself writes when it runs on the unchanged code.
    """

    metric: str
    unit: str
    direction: Direction
    value: float
    values: tuple[float, ...]
    commit: str | None
    tree: str
    taken: float
    config_digest: str
    fingerprint: Fingerprint
    relative_noise: float = 0.0
    deterministic: bool = False
    drift: float = 0.0
    detectable_effect: float = 0.0
    expected_runs: float = 0.0
    seconds_per_run: float = 0.0
    metrics: dict[str, float] = {}
    guardrails: tuple[GuardrailResult, ...] = ()
    members: tuple[str, ...] = ()
    flaky: int = 0
    warnings: tuple[str, ...] = ()
    litter: tuple[str, ...] = ()


class Incumbent(msgspec.Struct, frozen=True):
    """The best kept state: what candidates are judged against.

    Attributes:
        experiment: id of the win it is, None for the baseline.
        tree: the whole work tree at rest; ``eval`` without ``pre`` takes its change against this.
    """

    value: float
    samples: tuple[float, ...]
    tree: str
    experiment: int | None = None
    noise: Noise | None = None
    deterministic: bool = False
    metrics: dict[str, float] = {}
    remembered: dict[str, object] = {}


class Counts(msgspec.Struct, frozen=True):
    """Experiments and sessions of the whole workspace; imported experiments count in ``total`` and nowhere else."""

    total: int = 0
    kept: int = 0
    discarded: int = 0
    crashed: int = 0
    sessions: int = 0
    imported: int = 0


class Best(msgspec.Struct, frozen=True):
    """The best value ever kept."""

    experiment: int | None
    value: float


class Waiting(msgspec.Struct, frozen=True):
    """A kept win whose commit is made but not yet on its branch: ``land`` puts it there.

    Attributes:
        commit: on top of the commit of the win that waits before it.
        ref: full name of the branch, or ``HEAD`` when detached.
    """

    experiment: int
    commit: str
    ref: str


class Ending(msgspec.Struct, frozen=True):
    """The last keep or discard: what it changed in the record, as that was before. ``undo`` puts it back.

    Attributes:
        commit: what the branch was moved to; None when no branch was.
    """

    experiment: int
    kind: Literal["keep", "discard"]
    counts: Counts
    streak: int
    session: Session | None = None
    incumbent: Incumbent | None = None
    best: Best | None = None
    waiting: tuple[Waiting, ...] = ()
    commit: str | None = None


class Request(msgspec.Struct, frozen=True):
    """What the user asked of the step that is being worked on: enough to redo it after a crash."""

    trigger: str
    options: dict[str, object] = {}
    plan: dict[str, object] = {}


class Offer(msgspec.Struct, frozen=True):
    """An action that is allowed now, ready to run."""

    action: str
    argv: tuple[str, ...]
    describe: str


WAIT = Offer("wait", ("autoloop", "wait"), "Wait for what is running, and hear how far it is.")
"""What everybody else may do while a process is at work."""


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The persisted state of a workspace (``state.json``).

    Attributes:
        loop: identifies this workspace's refs among linked worktrees that share a ref store.
        config_seal: digest of the configuration that ``doctor`` proved.
        durations: seconds that each command took last, by name; guardrails are ordered by them.
        ending: the last keep or discard, as long as it can be taken back.
        waiting: kept wins that are not on their branch yet, oldest first.
        pruning: experiments that a ``prune`` is letting go of; some are left when it was killed, and are finished then.
        next: what may be done from here, as far as can be known when the record is saved; every answer carries it.
    """

    state: str = "uninitialized"
    schema_version: int = SCHEMA_VERSION
    loop: str = ""
    config_seal: str = ""
    request: Request | None = None
    experiment: Experiment | None = None
    session: Session | None = None
    incumbent: Incumbent | None = None
    baseline: Baseline | None = None
    counts: Counts = Counts()
    best: Best | None = None
    streak: int = 0
    durations: dict[str, float] = {}
    last_session: int | None = None
    ending: Ending | None = None
    waiting: tuple[Waiting, ...] = ()
    pruning: tuple[int, ...] = ()
    next: tuple[Offer, ...] = ()
