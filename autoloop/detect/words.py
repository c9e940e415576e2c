"""What a scan says: candidates with their evidence, and the whole inference."""

from __future__ import annotations

from typing import Literal

import msgspec


class Evidence(msgspec.Struct, frozen=True):
    """Where something was seen: a file of the repository, the line if there is one, and what it says there."""

    file: str
    why: str
    line: int | None = None

    @property
    def place(self) -> str:
        """``file:line``, or the file alone."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


class Candidate(msgspec.Struct, frozen=True):
    """A command that may serve as the eval.

    Attributes:
        command: for ``/bin/sh -c`` at the root of the repository; empty for advice that is not a command yet.
        format: a value of ``metric_format``.
        primary_metric: name of the number to optimise; empty when only a first run can tell.
        direction: ``lower_is_better``, ``higher_is_better``, or empty when the name does not say.
        build: untimed preparation after every change of the tree.
        timeout: as people write it, for example ``10m``.
        score: rank among the candidates of one repository, about 0 to 1.
        notes: what to know before using it (missing tools, preconditions, how to narrow it).
        label: for suggestions only, what kind of measurement it would be.
    """

    command: str
    format: str = "auto"
    primary_metric: str = ""
    direction: str = ""
    unit: str = ""
    pattern: str = ""
    build: str = ""
    timeout: str = "10m"
    ecosystem: str = ""
    confidence: Literal["high", "low"] = "low"
    evidence: tuple[Evidence, ...] = ()
    protected: tuple[str, ...] = ()
    editable: tuple[str, ...] = ()
    score: float = 0.0
    notes: tuple[str, ...] = ()
    label: str = ""


class GuardrailCandidate(msgspec.Struct, frozen=True):
    """A command whose exit code says that nothing broke; it must not change the tree."""

    name: str
    command: str
    evidence: tuple[Evidence, ...] = ()
    ecosystem: str = ""
    score: float = 0.0


class Finding(msgspec.Struct, frozen=True):
    """What one ecosystem's module saw.

    Attributes:
        package_manager: the tool the project itself installs and runs with; empty when there is no such thing.
        weight: how much of the repository this ecosystem is, 0 to 1; decides between several.
        reasons: why something that looks like a benchmark is none.
    """

    ecosystem: str
    package_manager: str = ""
    weight: float = 0.5
    evals: tuple[Candidate, ...] = ()
    guardrails: tuple[GuardrailCandidate, ...] = ()
    suggestions: tuple[Candidate, ...] = ()
    protected: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    reasons: tuple[str, ...] = ()


class Inference(msgspec.Struct, frozen=True):
    """The answer of a scan.

    Attributes:
        evals: every candidate, best first.
        guardrails: the best command of each kind, without duplicates.
        other_guardrails: the rest, to be tried where the best ones fail; best first.
        confidence: of the best eval; ``none`` when there is none.
        reasons: why there is none.
        suggestions: labelled ways to get a number all the same.
        skipped: manifests that could not be read, and limits that were reached.
    """

    project_kinds: tuple[str, ...] = ()
    package_manager: str = ""
    evals: tuple[Candidate, ...] = ()
    guardrails: tuple[GuardrailCandidate, ...] = ()
    other_guardrails: tuple[GuardrailCandidate, ...] = ()
    protected: tuple[str, ...] = ()
    editable: tuple[str, ...] = ("**",)
    confidence: Literal["high", "low", "none"] = "none"
    evidence: tuple[Evidence, ...] = ()
    reasons: tuple[str, ...] = ()
    suggestions: tuple[Candidate, ...] = ()
    skipped: tuple[str, ...] = ()
