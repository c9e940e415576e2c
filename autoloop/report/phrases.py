"""How the page words an effect, the reasons of a verdict, and what a guardrail said."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from autoloop.report.charts.canvas import shortened
from autoloop.reported import Effect, GuardrailReported

_LONGEST_LINE = 600
_LONGEST_OUTPUT = 2000


class Told(Struct, frozen=True):
    """Reasons as a sentence, and the output of commands that some of them quote."""

    line: str
    more: str


def gain(effect: Effect) -> str:
    """An effect with its interval."""
    if effect.percent is None:
        return "-"
    if effect.low is None or effect.high is None or effect.low == effect.high:
        return f"{effect.percent:+.2f} %"
    return f"{effect.percent:+.2f} % ({effect.low:+.2f} to {effect.high:+.2f})"


def told(reasons: Sequence[str]) -> Told:
    """The first lines as one sentence; what follows them keeps its lines."""
    parts = [reason.partition("\n") for reason in reasons]
    more = "\n".join(rest.rstrip() for _, _, rest in parts if rest.strip())
    kept = more if len(more) <= _LONGEST_OUTPUT else f"{more[:_LONGEST_OUTPUT]}…"
    return Told(shortened("; ".join(first for first, _, _ in parts), _LONGEST_LINE), kept)


def judged(rail: GuardrailReported) -> str:
    """``passed: 18.2 <= 19.6 (8 % above the incumbent's)``; a command's exit code speaks for itself."""
    word = "failed" if rail.passed is False else "passed" if rail.passed else "not judged"
    if rail.value is None:
        return word
    against = f"{'not ' if rail.passed is False else ''}{rail.threshold}" if rail.threshold else ""
    return f"{word}: {rail.value:.6g}{', ' if rail.passed is False and against else ' '}{against}".rstrip()
