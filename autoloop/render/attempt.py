"""One experiment as a person wants to read it: what was tried, what was measured, why the verdict, the difference."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from rich.text import Text

from autoloop.model import Evaluation, Experiment
from autoloop.payloads import Diff, Show
from autoloop.render.experiments import scale_of
from autoloop.render.tables import table
from autoloop.render.words import Block, Indented, bar, effect_told, guardrails, measured, paths, word
from autoloop.units import counted, format_duration

_STRIP = 48
_MARKS = " ·•●"
_DIFF = (
    ("+++", "bold"),
    ("---", "bold"),
    ("+", "green"),
    ("-", "red"),
    ("@@", "cyan"),
    ("diff ", "bold"),
    ("index ", "bold"),
)
_ARMS = ("incumbent", "candidate")


def show(answer: Show) -> list[Block]:
    """One experiment in full."""
    one, found = answer.experiment, answer.experiment.evaluation
    blocks: list[Block] = [_title(one), Text(_origin(answer), style="dim")]
    if found is None:
        blocks.append(Text("Not evaluated."))
    else:
        blocks += [Text(), *_verdict(found, answer.unit), *_samples(found, answer.unit), *guardrails(found.guardrails)]
        blocks += _numbers(found)
        blocks += [Text(f"caveat: {line}", style="yellow") for line in found.caveats]
    if one.reason and (found is None or one.reason not in found.reasons):
        blocks.append(Text(f"reason: {one.reason}"))
    if one.pruned:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.pruned))
        blocks.append(Text(f"pruned {when}: candidate and raw output are no longer held", style="yellow"))
    elif one.refs:
        refs = ", ".join(one.refs.values())
        blocks.append(Text(f"raw output: .autoloop/runs/{one.id:03d}   held by: {refs}", style="dim"))
    return [*blocks, Text(), _coloured(answer.diff)] if answer.diff else blocks


def _title(one: Experiment) -> Text:
    return Text.assemble((f"Experiment {one.id}  ", "bold"), word(one.status), (f"  {one.description}", "bold"))


def _origin(answer: Show) -> str:
    one = answer.experiment
    against = f"experiment {one.incumbent}" if one.incumbent else "the baseline"
    parts = [
        f"session {answer.session}" if answer.session else "",
        time.strftime("%Y-%m-%d %H:%M", time.localtime(one.opened)),
        f"judged against {against}",
        f"commit {one.commit[:12]}{' (waits: autoloop land)' if answer.waits else ''}" if one.commit else "",
        f"revives #{one.origin}" if one.origin else "",
        paths(one.paths),
    ]
    return " · ".join(part for part in parts if part)


def _verdict(found: Evaluation, unit: str) -> list[Block]:
    blocks: list[Block] = [
        Text.assemble("verdict: ", word(found.decision), "" if found.attempt == 1 else f" (try {found.attempt})")
    ]
    blocks += [Indented(reason) for reason in found.reasons]
    if found.improvement.percent is None:
        return blocks
    values = f"  {measured(found.incumbent, unit)} -> {measured(found.value, unit)}   {effect_told(found.improvement)}"
    drawn = bar(found.improvement, scale_of([found.improvement]))
    return [*blocks, Text.assemble(f"{values}   ", drawn)]


def _samples(found: Evaluation, unit: str) -> list[Block]:
    """The samples of both arms on one axis, and how many runs failed."""
    arms = {arm: [run.value for run in found.runs if run.arm == arm and run.value is not None] for arm in _ARMS}
    values = [value for samples in arms.values() for value in samples]
    if not values:
        return []
    low, high = min(values), max(values)
    rows = [(f"  {arm}", counted(len(arms[arm]), "run"), strip(arms[arm], low, high)) for arm in _ARMS]
    axis = f"{measured(low, unit)} … {measured(high, unit)}, {format_duration(found.seconds)}"
    failed = [run for run in found.runs if run.value is None]
    blocks: list[Block] = [table("samples", "", axis, rows=rows)]
    return blocks + [Text(f"  {run.arm} run {run.outcome}: {_first_line(run.why)}", style="yellow") for run in failed]


def strip(values: Sequence[float], low: float, high: float, width: int = _STRIP) -> Text:
    """Values as marks on an axis from ``low`` to ``high``; more in one place make a fuller mark."""
    counts = [0] * width
    for value in values:
        counts[round((value - low) / (high - low) * (width - 1)) if high > low else width // 2] += 1
    return Text("".join(_MARKS[min(count, len(_MARKS) - 1)] for count in counts))


def _numbers(found: Evaluation) -> list[Block]:
    rows = [
        (f"  {name}", measured(found.incumbent_metrics.get(name), ""), measured(value, ""))
        for name, value in found.metrics.items()
    ]
    return [table("also measured", "incumbent", "candidate", rows=rows)] if len(rows) > 1 else []


def _first_line(text: str) -> str:
    return text.splitlines()[0] if text else ""


def diff(answer: Diff) -> list[Block]:
    """The change itself."""
    return [_coloured(answer.text) if answer.text else Text("No difference.")]


def _coloured(text: str) -> Text:
    """A difference in git's colours; no line is folded or cut, the pager does that."""
    made = Text(no_wrap=True, overflow="ignore")
    for line in text.splitlines(keepends=True):
        style = next((style for start, style in _DIFF if line.startswith(start)), "")
        made.append(line, style)
    return made


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {Show: show, Diff: diff}
