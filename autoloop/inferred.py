"""What set-up found in a repository: part of the answer of ``init`` (see payloads)."""

from __future__ import annotations

from typing import Literal

import msgspec


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
    """What set-up found in the repository.

    Attributes:
        others: the candidates that were ranked below ``eval``.
        skipped: what was not looked at, and why: files that are broken or cannot be read, limits that were reached.
    """

    project_kinds: tuple[str, ...]
    package_manager: str
    eval: EvalInferred | None
    guardrails: tuple[NamedCommand, ...]
    protected: tuple[str, ...]
    evidence: tuple[EvidenceShown, ...]
    confidence: Literal["high", "low", "none"]
    reasons: tuple[str, ...] = ()
    suggestions: tuple[EvalInferred, ...] = ()
    others: tuple[EvalInferred, ...] = ()
    skipped: tuple[str, ...] = ()
