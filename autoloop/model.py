"""The words of the house: frozen Structs for everything that is persisted.

All times are Unix seconds and informative only (order is by sequence number); all durations are seconds; all
relative effects are fractions of the incumbent with *positive meaning better*, unless a name ends in ``percent``.
"""

from __future__ import annotations

from typing import Literal

import msgspec

SCHEMA_VERSION = 1

Direction = Literal["lower_is_better", "higher_is_better"]
Decision = Literal["keep", "discard", "rerun", "crash"]
ExperimentStatus = Literal["open", "kept", "discarded", "crashed"]
SessionStatus = Literal["open", "ended", "finalized"]


class Blocked(msgspec.Struct, frozen=True):
    """Why a guard says no: a stable code, the reason with its facts, and what to type or edit next."""

    code: str
    why: str
    fix: str
    exit: int = 1


class Run(msgspec.Struct, frozen=True, omit_defaults=True):
    """One execution of the eval command: one sample, however many numbers it printed."""

    arm: Literal["incumbent", "candidate"]
    outcome: str
    seconds: float
    started: float = 0.0
    value: float | None = None
    unit: str = ""
    members: tuple[str, ...] = ()
    metrics: dict[str, float] = {}
    log: str = ""
    why: str = ""


class GuardrailResult(msgspec.Struct, frozen=True):
    """What one guardrail said of the candidate; ``passed`` is None when it could not be judged."""

    name: str
    passed: bool | None
    value: float | None = None
    threshold: str = ""
    why: str = ""
    seconds: float = 0.0


class Improvement(msgspec.Struct, frozen=True):
    """The effect against the incumbent in per cent, positive is better, with its interval.

    Attributes:
        percent: point estimate.
        low: lower end of the nominal 90 % interval.
        high: upper end of it.
        certainty: probability-like evidence that the change is better than nothing, 0 to 1.
        expected: the estimate shrunk for the optimism of stopping when it looks good: what is claimed.
    """

    percent: float | None = None
    low: float | None = None
    high: float | None = None
    certainty: float | None = None
    expected: float | None = None


class Noise(msgspec.Struct, frozen=True):
    """Variance of the difference of two neighbouring runs, worth ``nu`` degrees of freedom (see verdict)."""

    var: float
    nu: float


class Learned(msgspec.Struct, frozen=True):
    """What a decision taught about the noise, and the samples that represent the incumbent after either ending."""

    noise: Noise | None = None
    deterministic: bool = False
    if_kept: tuple[float, ...] = ()
    if_discarded: tuple[float, ...] = ()


class Evaluation(msgspec.Struct, frozen=True):
    """A finished evaluation of one tree.

    Attributes:
        tree: git tree that was measured; ``keep`` demands that it is still the tree on disk.
        left: the tree as the eval left it: what the eval wrote is not part of the experiment.
        attempt: 1, or 2 for the one honest rerun of the same tree.
        decision: ``keep``, ``discard``, ``rerun`` or ``crash``.
        failures: stable codes of what stands against a keep (``guardrail_failed``, ``harness_changed`` …).
    """

    tree: str
    attempt: int
    decision: Decision
    reasons: tuple[str, ...]
    left: str = ""
    failures: tuple[str, ...] = ()
    value: float | None = None
    incumbent: float | None = None
    improvement: Improvement = Improvement()
    paths: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()
    guardrails: tuple[GuardrailResult, ...] = ()
    metrics: dict[str, float] = {}
    incumbent_metrics: dict[str, float] = {}
    learned: Learned = Learned()
    seconds: float = 0.0
    caveats: tuple[str, ...] = ()


class Measurement(msgspec.Struct, frozen=True):
    """An evaluation under way: everything that a resumed one needs to go on where it stopped.

    Attributes:
        tree: the candidate's tree, taken before anything was run.
        seed: seed of the order of runs, so that replayed samples meet the same questions.
        attempt: which try of this tree it is.
    """

    tree: str
    seed: int
    attempt: int = 1


class Experiment(msgspec.Struct, frozen=True):
    """One attempted change, from ``pre`` to ``keep`` or ``discard``.

    Attributes:
        before: what the work tree was when it began (git tree, and the document that restores it).
        base_commit: HEAD when it began.
        commit: the commit that keeps it, when kept.
        refs: where its candidate is held, so that nothing that was tried is ever lost.
        crashes: failed evaluations so far; they do not end the experiment.
        incumbent: experiment whose state it was judged against, None for the baseline.
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


class Confirmation(msgspec.Struct, frozen=True):
    """Base against tip, measured again at ``finalize``: what may be called confirmed."""

    percent: float
    low: float | None
    high: float | None
    pairs: int
    base_value: float
    tip_value: float
    at: float = 0.0


class Ablated(msgspec.Struct, frozen=True):
    """What the tip loses when one win is left out, in per cent; ``helps`` is None when it could not be measured."""

    experiment: int
    helps: bool | None
    percent: float | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""


class Session(msgspec.Struct, frozen=True):
    """A bounded run of experiments.

    Attributes:
        base_commit: HEAD when it began; the review branch starts here.
        base_tree: the work tree when it began, which the confirmation measures against.
        baseline_value: the primary metric's median when it began.
        baseline_metrics: every number seen then; guardrails must not drift from these either.
        wins: ids of kept experiments, in order.
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
    """Experiments and sessions of the whole workspace."""

    total: int = 0
    kept: int = 0
    discarded: int = 0
    crashed: int = 0
    sessions: int = 0


class Best(msgspec.Struct, frozen=True):
    """The best value ever kept."""

    experiment: int | None
    value: float


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


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The persisted state of a workspace (``state.json``).

    Attributes:
        loop: identifies this workspace's refs among linked worktrees that share a ref store.
        config_seal: digest of the configuration that ``doctor`` proved.
        durations: seconds that each command took last, by name; guardrails are ordered by them.
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
    next: tuple[Offer, ...] = ()
