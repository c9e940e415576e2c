"""Text of the commands that only look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from rich.syntax import Syntax
from rich.text import Text

from autoloop.payloads import (
    ConfigShown,
    Diff,
    History,
    Learn,
    MachineShown,
    Next,
    Recent,
    SchemaShown,
    Show,
    Status,
)
from autoloop.payloads import Text as PlainText
from autoloop.render.words import Block, bar, effect, measured, percent, table, word


def status(answer: Status) -> list[Block]:
    """Where we are, what was gained, the last experiments."""
    blocks: list[Block] = [Text(answer.describe, style="bold")]
    if answer.baseline is not None and answer.incumbent is not None:
        base, unit = answer.baseline, answer.baseline.unit
        line = (
            f"{base.metric}: baseline {measured(base.value, unit)}, incumbent {measured(answer.incumbent.value, unit)}"
        )
        source = answer.incumbent.experiment
        blocks.append(Text(line + (f" (experiment {source})" if source else "")))
    if answer.session is not None:
        blocks += _session(answer)
    counts = answer.counts
    if counts.total:
        blocks.append(
            Text(
                f"{counts.total} experiments: {counts.kept} kept, "
                f"{counts.discarded} discarded, {counts.crashed} crashed"
            )
        )
    if answer.recent:
        blocks.append(experiments_table(answer.recent))
    if answer.sessions:
        rows = [(str(s.id), s.name, s.status, str(len(s.wins)), percent(s.claimed_percent)) for s in answer.sessions]
        blocks.append(table("#", "session", "status", "wins", "claimed", rows=rows))
    return blocks


def _session(answer: Status) -> list[Block]:
    session = answer.session
    if session is None:
        return []
    gain = f"claimed {percent(session.claimed_percent)}"
    if session.confirmed is not None:
        gain += f", confirmed {percent(session.confirmed.percent)}"
    goal = f": {session.goal}" if session.goal else ""
    return [Text(f"Session {session.name} ({session.status}){goal}; {len(session.wins)} wins, {gain}")]


def experiments_table(rows: Sequence[Recent]) -> Block:
    """Experiments with their effects drawn against zero."""
    ends = [
        abs(x) for r in rows for x in (r.improvement.low, r.improvement.high, r.improvement.percent) if x is not None
    ]
    scale = min(100.0, max([5.0, *ends]))
    shown = [
        (
            str(row.id),
            word(row.status),
            effect(row.improvement) if row.improvement.percent is not None else "-",
            bar(row.improvement, scale),
            row.description if row.status == "kept" or not row.reason else f"{row.description}: {row.reason}",
        )
        for row in rows
    ]
    return table("#", "status", "effect (90 % interval)", f"worse {scale:.0f} %  0  better", "description", rows=shown)


def history(answer: History) -> list[Block]:
    """Experiments, newest first."""
    if not answer.experiments:
        return [Text("No experiments yet.")]
    return [experiments_table(answer.experiments), Text(f"{len(answer.experiments)} of {answer.total}", style="dim")]


def next_(answer: Next) -> list[Block]:
    """What may be done, and what is in the way of the rest."""
    blocks: list[Block] = [Text(answer.describe, style="bold")]
    rows = [(Text(" ".join(offer.argv), style="green"), offer.describe) for offer in answer.allowed]
    blocks.append(table("now", "", rows=rows))
    hidden = {"wrong_state", "already_initialized"}
    blocked = [
        (item.action, Text(f"{reason.why}; {reason.fix}", style="dim"))
        for item in answer.blocked
        for reason in item.reasons[:1]
        if reason.code not in hidden
    ]
    return [*blocks, table("not now", "", rows=blocked)] if blocked else blocks


def show(answer: Show) -> list[Block]:
    """One experiment in full."""
    one = answer.experiment
    found = one.evaluation
    blocks: list[Block] = [Text.assemble(f"Experiment {one.id}  ", word(one.status), f"  {one.description}")]
    if one.commit:
        blocks.append(Text(f"commit {one.commit}"))
    if one.paths:
        blocks.append(Text(f"paths: {', '.join(one.paths)}"))
    if one.reason:
        blocks.append(Text(f"reason: {one.reason}"))
    if found is None:
        return [*blocks, Text("Not evaluated.")]
    values = f"{measured(found.incumbent, answer.unit)} -> {measured(found.value, answer.unit)}"
    blocks.append(Text.assemble("verdict: ", word(found.decision), f"  {values}  {effect(found.improvement)}"))
    blocks += [Text(f"  {reason}") for reason in found.reasons]
    blocks += [Text(f"guardrail {r.name}: {'passed' if r.passed else r.why or 'not judged'}") for r in found.guardrails]
    rows = [
        (
            str(n),
            run.arm,
            measured(run.value, answer.unit) if run.value is not None else run.why.splitlines()[0],
            f"{run.seconds:.3f} s",
        )
        for n, run in enumerate(found.runs, 1)
    ]
    if rows:
        blocks.append(table("run", "arm", "value", "took", rows=rows))
    return [*blocks, Text(f"raw output: .autoloop/runs/{one.id:03d}   diff: autoloop diff {one.id}", style="dim")]


def diff(answer: Diff) -> list[Block]:
    """The change itself."""
    return [Syntax(answer.text, "diff", background_color="default") if answer.text else Text("No difference.")]


def learn(answer: Learn) -> list[Block]:
    """Where the insights are, and the first of them."""
    lines = [f"Refreshed {answer.file}"]
    for name, items in answer.insights.items():
        if isinstance(items, list | tuple) and items:
            lines.append(f"  {name.replace('_', ' ')}: {len(items)}")
    return [Text("\n".join(lines))]


def machine(answer: MachineShown) -> list[Block]:
    """States and triggers as tables."""
    states = answer.workflow["states"]
    triggers = answer.workflow["triggers"]
    if not isinstance(states, dict) or not isinstance(triggers, dict):
        return []
    rows = [(name, state["kind"], state["describe"]) for name, state in states.items()]
    steps = [
        (name, trigger["by"], ", ".join(outcome["source"]), outcome["dest"], ", ".join(outcome["conditions"]))
        for name, trigger in triggers.items()
        for outcome in trigger["outcomes"]
    ]
    return [
        table("state", "kind", "", rows=rows),
        Text(),
        table("trigger", "by", "from", "to", "when", rows=steps),
    ]


def document(answer: SchemaShown | ConfigShown) -> list[Block]:
    """JSON for people."""
    inner = answer.schema if isinstance(answer, SchemaShown) else answer.config
    return [Text(msgspec.json.format(msgspec.json.encode(inner), indent=2).decode())]


def plain(answer: PlainText) -> list[Block]:
    """A text as it is."""
    return [Text(answer.text.rstrip("\n"))]


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {
    Status: status,
    History: history,
    Next: next_,
    Show: show,
    Diff: diff,
    Learn: learn,
    MachineShown: machine,
    SchemaShown: document,
    ConfigShown: document,
    PlainText: plain,
}
