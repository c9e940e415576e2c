"""What earlier experiments say about an idea, before a measurement is spent on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from autoloop.model import Experiment
from autoloop.similarity.endings import FAILURES, ending, paths_of, why
from autoloop.similarity.vectors import Texts, changed_lines, overlap

RELATED = 0.5
SAME = 0.6
NEARLY_IDENTICAL = 0.9
_PATHS_SHARE = 0.15
_SHOWN = 5
_TWICE = 2
_TOLD = 200


class Match(msgspec.Struct, frozen=True):
    """An earlier experiment that resembles the idea.

    Attributes:
        score: likeness, 0 to 1.
        status: ``kept``, ``discarded`` or ``crashed``.
        why: what it was measured to gain, or what stood against it.
    """

    experiment: int
    score: float
    status: str
    why: str
    description: str = ""


class Advice(msgspec.Struct, frozen=True):
    """Go on, go on with your eyes open, or rather not; with the reasons, weightiest first."""

    advice: Literal["proceed", "caution", "avoid"]
    reasons: tuple[str, ...] = ()
    matches: tuple[Match, ...] = ()


def later_wins(experiment: Experiment, history: Sequence[Experiment]) -> tuple[int, ...]:
    """Wins since the experiment that may have changed the code it was about; unknown paths count as touched."""
    mine = set(paths_of(experiment))
    return tuple(
        other.id
        for other in history
        if other.status == "kept"
        and other.id > experiment.id
        and (not mine or not paths_of(other) or mine & set(paths_of(other)))
    )


def likeness(
    description: str,
    paths: Sequence[str],
    history: Sequence[Experiment],
    *,
    diff: str = "",
    diffs: Mapping[int, str] | None = None,
) -> list[float]:
    """Score of every experiment, 0 to 1: its description, adjusted by its paths; an equal diff is an equal idea."""
    scores = Texts([experiment.description for experiment in history]).scores(description)
    lines = changed_lines(diff)
    found = []
    for experiment, text_score in zip(history, scores, strict=True):
        theirs = paths_of(experiment)
        known = bool(paths and theirs)
        score = (1 - _PATHS_SHARE) * text_score + _PATHS_SHARE * overlap(paths, theirs) if known else text_score
        their_lines = changed_lines((diffs or {}).get(experiment.id, ""))
        found.append(max(score, overlap(lines, their_lines)))
    return found


def advise(
    description: str,
    paths: Sequence[str],
    history: Sequence[Experiment],
    *,
    diff: str = "",
    diffs: Mapping[int, str] | None = None,
) -> Advice:
    """Compare an idea with what was tried before.

    Args:
        description: the idea, in words.
        paths: what it changes, as far as that is known yet.
        history: earlier experiments in any order; open ones are left out.
        diff: unified diff of the change, when there is one.
        diffs: unified diffs of earlier experiments, by id.
    """
    closed = sorted((e for e in history if e.status != "open"), key=lambda e: e.id)
    scores = likeness(description, paths, closed, diff=diff, diffs=diffs)
    related = [(e, score) for e, score in zip(closed, scores, strict=True) if score >= RELATED]
    related.sort(key=lambda pair: (-round(pair[1], 3), -pair[0].id))
    refusals = _refusals(related, closed)
    reasons = refusals or [_reason(e, score, closed) for e, score in related]
    matches = tuple(Match(e.id, round(score, 3), e.status, _shortened(why(e)), e.description) for e, score in related)
    telling = any(ending(e) != "unmeasured" for e, _ in related)
    advice: Literal["proceed", "caution", "avoid"] = "avoid" if refusals else "caution" if telling else "proceed"
    return Advice(advice, tuple(reasons[:_SHOWN]), matches[:_SHOWN])


def _refusals(related: Sequence[tuple[Experiment, float]], history: Sequence[Experiment]) -> list[str]:
    """Reasons not to try; failures before the idea was made to work (kept) no longer speak against it."""
    worked = max((e.id for e, score in related if e.status == "kept" and score >= SAME), default=0)
    failed = [(e, score) for e, score in related if ending(e) in FAILURES and e.id > worked]
    reasons = [
        f"#{e.id} was nearly this, and failed on code that has not changed since: {_shortened(why(e))}"
        for e, score in failed
        if score >= NEARLY_IDENTICAL and not later_wins(e, history)
    ]
    again = sorted(e.id for e, score in failed if score >= SAME)
    if len(again) >= _TWICE:
        times = f"failed {len(again)} times: {', '.join(f'#{number}' for number in again)}"
        last = next(e for e, _ in failed if e.id == again[-1])
        reasons.append(f"this idea {times}; the last time: {_shortened(why(last))}")
    return reasons


def _reason(experiment: Experiment, score: float, history: Sequence[Experiment]) -> str:
    name = f"#{experiment.id} ({experiment.description!r}, {score:.0%} alike)"
    end, told = ending(experiment), _shortened(why(experiment))
    if end == "kept":
        return f"{name} is already in: {told or 'kept'}"
    if end == "unmeasured":
        return f"{name} was given up before it was measured"
    if end in {"undecided", "set aside"}:
        return f"{name} was {'not decided' if end == 'undecided' else 'a win that was set aside'}: {told}"
    wins = later_wins(experiment, history)
    since = f"; its code has changed since ({', '.join(f'#{number}' for number in wins)})" if wins else ""
    return f"{name} failed: {told}{since}"


def _shortened(text: str) -> str:
    return text if len(text) <= _TOLD else text[: _TOLD - 1].rstrip() + "…"
