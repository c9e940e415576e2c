"""What measuring leaves behind: runs, guardrails, the effect, and the evaluation that holds them (see model)."""

from typing import Literal

import msgspec

Decision = Literal["keep", "discard", "rerun", "crash"]


class Run(msgspec.Struct, frozen=True, omit_defaults=True):
    """One execution of the eval command: one sample, however many numbers it printed, read in ``format``."""

    arm: Literal["incumbent", "candidate"]
    outcome: str
    seconds: float
    started: float = 0.0
    value: float | None = None
    unit: str = ""
    format: str = ""
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
