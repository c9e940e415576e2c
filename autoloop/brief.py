"""What a proposer is told before each experiment: the goal, the numbers, what was tried, what is left."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from autoloop.budget import ledger
from autoloop.config import Config
from autoloop.model import Experiment, Record
from autoloop.units import format_duration, format_value

_TOLD = 30


class Notes(msgspec.Struct, frozen=True):
    """What people and earlier sessions wrote down: learnings, and what to steer by now."""

    learnings: str = ""
    steering: str = ""


def markdown(record: Record, config: Config, history: Sequence[Experiment], now: float, notes: Notes) -> str:
    """The brief; ``history`` newest first."""
    session = record.session
    parts = [
        f"# Experiment {record.counts.total}",
        f"Goal: {session.goal if session and session.goal else _goal(config)}",
        _section("What the person in charge says now", notes.steering),
        _numbers(record, config),
        _bounds(config),
        _budget(record, now),
        _tried(record, history),
        _begun(record),
    ]
    parts.append(_section("Learnings", notes.learnings))
    parts.append(
        "## How to answer\n\nMake one improvement: change files in this repository, then end. "
        "End your last message with the line `DESCRIPTION: what was tried`, one sentence. "
        "Do not commit, do not switch branches, leave .autoloop/ alone and do not call autoloop to act: "
        "measuring, keeping and discarding happen outside, when you have ended. Ask nothing: nobody is there to answer."
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text.strip()}" if text.strip() else ""


def _goal(config: Config) -> str:
    better = "lower" if config.eval.direction == "lower_is_better" else "higher"
    return f"make {config.eval.primary_metric} {better}"


def _numbers(record: Record, config: Config) -> str:
    baseline, incumbent = record.baseline, record.incumbent
    if baseline is None or incumbent is None:
        return ""
    unit = config.eval.unit
    lines = [
        "## Numbers",
        "",
        f"- metric: {baseline.metric} ({baseline.direction.replace('_', ' ')})",
        f"- baseline: {format_value(baseline.value, unit)}",
        f"- incumbent, to be beaten: {format_value(incumbent.value, unit)}",
        f"- smallest effect that can be seen: {baseline.detectable_effect:.1%}",
    ]
    return "\n".join(lines)


def _bounds(config: Config) -> str:
    rails = ", ".join(config.guardrails) or "none"
    return "\n".join(
        [
            "## Bounds",
            "",
            f"- may be changed: {', '.join(config.scope.editable)}",
            f"- must not be changed: {', '.join(config.scope.protected) or 'the harness and .autoloop/'}",
            f"- guardrails that must hold: {rails}",
        ]
    )


def _budget(record: Record, now: float) -> str:
    lines = ["## Budget left", ""]
    for name, line in ledger(record.session, now).items():
        left = "no limit" if line.left is None else format_duration(line.left) if "time" in name else f"{line.left:g}"
        lines.append(f"- {name.replace('_', ' ')}: {left}")
    return "\n".join(lines)


def _begun(record: Record) -> str:
    """What a call that was cut off has left for this one."""
    calls = record.experiment.calls if record.experiment else ()
    if all(call.event != "rate_limited" for call in calls):
        return ""
    return _section(
        "Begun already",
        "An earlier call for this experiment was cut off by the model's provider. What it had changed is still in the "
        "files (`git diff` shows it): go on from there, or undo it.",
    )


def _tried(record: Record, history: Sequence[Experiment]) -> str:
    open_id = record.experiment.id if record.experiment else None
    rows = []
    for one in [one for one in history if one.id != open_id][:_TOLD]:
        found = one.evaluation
        gain = found.improvement.percent if found else None
        effect = "" if gain is None else f" ({gain:+.1f} %)"
        why = "" if one.status == "kept" else f": {one.reason.splitlines()[0] if one.reason else 'no reason given'}"
        rows.append(f"- #{one.id} {one.status}{effect} {one.description}{why}")
    return "## Tried so far\n\n" + ("\n".join(rows) if rows else "Nothing yet.")
