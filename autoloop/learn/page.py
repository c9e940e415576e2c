"""Insights as Markdown: short, with numbers, and with the experiment behind every statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from autoloop.learn.terms import Claim, Failures, Finding, Idea, Insights, Repeat, Revisit, Track, WatchOut
from autoloop.similarity import percent
from autoloop.units import counted

T = TypeVar("T")

_MOST = 8
_LONGEST = 220
_TITLES = {
    "guardrail": "Broke a guardrail",
    "harness": "Changed what measures",
    "scope": "Left the scope",
    "crash": "Crashed",
    "worse": "Made it worse",
    "no gain": "No gain that could be seen",
    "undecided": "Not decided",
    "set aside": "Won, and set aside",
    "unmeasured": "Given up before it was measured",
}


def markdown(insights: Insights) -> str:
    """The page, without markers; sections that have nothing to say are left out, and no text becomes markup."""
    tally = insights.tally
    counts = (
        f"{counted(tally.total, 'experiment')}: {tally.kept} kept, {tally.discarded} discarded, {tally.crashed} crashed"
    )
    counts += f", {tally.imported} imported" if tally.imported else ""
    parts = [counts + (f", {tally.open} open." if tally.open else ".")]
    parts += _section("Claimed and confirmed", insights.claims, _claim)
    parts += _section("What helped", insights.helped, _win)
    parts += _failed(insights.failed)
    parts += _section("Watch out", insights.watch_outs, _watch_out)
    parts += _section("Files", insights.files, _track)
    parts += _section("Kinds of change", insights.kinds, _track)
    parts += _section("Worth another look", insights.revisit, _revisit)
    parts += _section("Tried before", insights.repeats, _repeat)
    parts += _section("Next ideas", insights.ideas, _idea)
    return "\n\n".join(parts).replace("<", "&lt;") + "\n"


def digest(insights: Insights, most: int = 3) -> dict[str, list[str]]:
    """The weightiest lines of the sections that say what to do next, by title, as plain text; no empty ones."""
    sections = {
        "What helped": [_win(win) for win in insights.helped[:most]],
        "Watch out": [_watch_out(warning) for warning in insights.watch_outs[:most]],
        "Worth another look": [_revisit(second) for second in insights.revisit[:most]],
        "Next ideas": [_idea(idea) for idea in insights.ideas[:most]],
    }
    return {title: lines for title, lines in sections.items() if lines}


def refs(experiments: Iterable[int]) -> str:
    """``#3, #5``."""
    return ", ".join(f"#{number}" for number in experiments)


def cut(text: str) -> str:
    """A text of somebody else's on one line, cut to length."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"


def _section(title: str, items: Sequence[T], line: Callable[[T], str]) -> list[str]:
    return [f"## {title}", _bullets(items, line)] if items else []


def _bullets(items: Sequence[T], line: Callable[[T], str]) -> str:
    lines = [f"- {line(item)}" for item in items[:_MOST]]
    if len(items) > _MOST:
        lines.append(f"- and {len(items) - _MOST} more")
    return "\n".join(lines)


def _interval(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "not measured"
    return (
        percent(value) if low is None or high is None or low == high else f"{value:+.1f} % ({low:+.1f} to {high:+.1f})"
    )


def _claim(claim: Claim) -> str:
    found = "not measured again yet"
    if claim.confirmed is not None:
        pairs = f" in {counted(claim.pairs, 'pair')}" if claim.pairs else ""
        found = f"confirmed {_interval(claim.confirmed, claim.low, claim.high)}{pairs}"
    return (
        f"session {claim.session} ({cut(claim.name)}): claimed {percent(claim.claimed)}, {found} ({refs(claim.wins)})"
    )


def _win(win: Finding) -> str:
    claimed = f", claimed {percent(win.claimed)}" if win.claimed is not None else ""
    again = {None: "", True: ", confirmed with its session", False: ", not confirmed when measured again"}[
        win.confirmed
    ]
    moved = f"; also {', '.join(f'{cut(k)} {v:+.0f} %' for k, v in list(win.moved.items())[:3])}" if win.moved else ""
    gain = _interval(win.percent, win.low, win.high)
    return f"#{win.experiment} {cut(win.description)}: {gain}{claimed}{again}{moved}"


def _failed(groups: Sequence[Failures]) -> list[str]:
    parts = ["## What did not help"] if groups else []
    for group in groups:
        parts += [f"### {_TITLES[group.ending]} ({len(group.findings)})", _bullets(group.findings, _failure)]
    return parts


def _failure(finding: Finding) -> str:
    return f"#{finding.experiment} {cut(finding.description)}: {cut(finding.why)}"


def _watch_out(warning: WatchOut) -> str:
    what = "guardrail " if warning.kind == "guardrail" else ""
    return f"{what}{cut(warning.name)}: {cut(warning.text)} ({refs(warning.experiments[-_MOST:])})"


def _track(track: Track) -> str:
    kept = f"{len(track.kept)} of {len(track.experiments)} kept"
    several = len(track.experiments) > 1
    whose = f" (#{track.best_experiment})" if several else ""
    best = f", best {percent(track.best)}{whose}" if track.best is not None else ""
    middle = f", median {percent(track.median)}" if track.median is not None and several else ""
    broke = f", broke a guardrail in {len(track.broke)}" if track.broke else ""
    return f"{cut(track.name)}: {kept}{best}{middle}{broke} ({refs(track.experiments[-_MOST:])})"


def _revisit(second: Revisit) -> str:
    since = refs(second.since[-_MOST:])
    return f"#{second.experiment} {cut(second.description)}: {cut(second.because)} ({since})"


def _repeat(repeat: Repeat) -> str:
    how = "the very same tree" if repeat.identical else f"{repeat.score:.0%} alike"
    return f"#{repeat.experiment} repeats #{repeat.earlier} ({how})"


def _idea(idea: Idea) -> str:
    note = {"avoid": "; rather not", "caution": "; resembles earlier attempts"}.get(idea.advice, "")
    behind = f", {refs(idea.experiments)}" if idea.experiments else ""
    return f"{cut(idea.text)} ({idea.origin}{behind}{note})"
