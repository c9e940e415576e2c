"""Text of ``init``, ``doctor``, ``baseline``, ``session``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.text import Text

from autoloop.outcomes import Check
from autoloop.payloads import Baselined, Doctor, EvalInferred, Init, SessionAnswer, SessionList
from autoloop.render.tables import table
from autoloop.render.words import Block, percent, word
from autoloop.units import counted, format_duration, format_value

_LINES = 6


def init(answer: Init) -> list[Block]:
    """What was found, and where it was written; a configuration that was there already is only taken over."""
    if not answer.written and not answer.text:
        taken = Text(f"{answer.config} is yours and is taken over as it is; what it says is proven next.")
        return [taken, *(doctor(answer.verification) if answer.verification else [])]
    found = answer.inferred
    kinds = ", ".join(found.project_kinds) or "no project kind that I know"
    blocks: list[Block] = [Text(f"Found: {kinds}" + (f" ({found.package_manager})" if found.package_manager else ""))]
    rows = []
    if found.eval is not None:
        rows.append(("eval", found.eval.command))
        rows.append(("metric", _metric(found.eval)))
    rows += [(f"guardrail {rail.name}", rail.command) for rail in found.guardrails]
    if found.protected:
        rows.append(("protected", ", ".join(found.protected)))
    if rows:
        blocks.append(table("", "", rows=rows))
    blocks += [Text(f"  because {item.file}: {item.why}", style="dim") for item in found.evidence[:_LINES]]
    blocks += _skipped(found.skipped)
    blocks += [Text(reason, style="yellow") for reason in found.reasons]
    blocks += [_idea(idea) for idea in found.suggestions]
    verb = "Wrote" if answer.written else "Would write"
    blocks.append(Text(f"{verb} {answer.config}" + (f" (the old one is {answer.backup})" if answer.backup else "")))
    if answer.text:
        blocks.append(Text(answer.text))
    return blocks + (doctor(answer.verification) if answer.verification else [])


def _metric(found: EvalInferred) -> str:
    """The number and its direction, or how to get at what is not known."""
    if not found.primary_metric:
        return "not known before the first run: autoloop doctor lists what is printed"
    side = found.direction.replace("_", " ") or "its name does not say which way is better: set direction"
    return f"{found.primary_metric} ({side})"


def _skipped(lines: Sequence[str]) -> list[Block]:
    """What was not looked at, so that nobody wonders why it was not found."""
    more = len(lines) - _LINES
    shown = [*lines[:_LINES], *([f"and {more} more: autoloop init --dry-run --json names them"] if more > 0 else [])]
    return [Text(f"  not read: {line}", style="yellow") for line in shown]


def _idea(idea: EvalInferred) -> Text:
    """Something that could be measured where nothing is."""
    text = Text(f"  you could: {idea.label}")
    if idea.command:
        text.append(f': command = "{idea.command}", metric_format = "{idea.format}"', style="green")
    return text.append(f" ({idea.note})" if idea.note else "")


def doctor(answer: Doctor) -> list[Block]:
    """The table of checks."""
    blocks: list[Block] = [Text(line, style="green") for line in answer.fixed]
    if answer.diff:
        blocks.append(Text(answer.diff))
    if not answer.checks:
        return blocks
    blocks.append(table("", "", rows=[(word(check.status), _check(check)) for check in answer.checks]))
    sound = f"{answer.agent} can work here." if answer.agent else "Healthy."
    failed = sum(check.status == "fail" for check in answer.checks)
    healthy = Text(sound, style="bold green")
    blocks.append(
        healthy
        if answer.healthy
        else Text(f"Not healthy: {failed} of {counted(len(answer.checks), 'check')} failed.", "bold red")
    )
    return blocks


def _check(check: Check) -> Text:
    text = Text(check.what)
    if check.status != "pass":
        if check.why:
            text.append("\n  why: " + check.why.replace("\n", "\n       "))
        if check.fix:
            text.append(f"\n  fix: {check.fix}", style="green")
    return text


def baseline(answer: Baselined) -> list[Block]:
    """The starting point, and what can be seen from there."""
    metric, noise = answer.metric, answer.noise
    how = "deterministic" if noise.deterministic else f"noise {noise.relative:.2%} per run"
    first = f"{metric.name} = {format_value(metric.value, metric.unit)} (median of {metric.samples}, {how})"
    blocks: list[Block] = [Text(first, style="bold")]
    effect = f"{answer.detectable_effect:.1%}"
    time = format_duration(answer.expected_seconds)
    blocks.append(
        Text(
            f"Smallest effect this budget resolves: {effect}; "
            f"about {counted(answer.expected_runs, 'run')} and {time} per experiment."
        )
    )
    others = [(name, f"{value:g}") for name, value in answer.metrics.items() if name != metric.name]
    if others:
        blocks.append(table("also measured", "", rows=others))
    blocks += [Text(f"guardrail {rail.name}: {'passed' if rail.passed else 'noted'}") for rail in answer.guardrails]
    return blocks + [Text(f"warning: {line}", style="yellow") for line in answer.warnings]


def session(answer: SessionAnswer) -> list[Block]:
    """A session that was opened or closed."""
    found = answer.session
    limits = {name: getattr(found.limits, name) for name in found.limits.__struct_fields__}
    shown = [f"{name.replace('_', ' ')} {_limit(name, value)}" for name, value in limits.items() if value is not None]
    wins = f", {counted(len(found.wins), 'win')}" if found.status != "open" else ""
    return [Text(f"Session {found.name} ({found.status}{wins}): {', '.join(shown) or 'no limits'}", style="bold")]


def _limit(name: str, value: float) -> str:
    return format_duration(value) if name in {"time", "eval_time"} else f"{value:g}"


def sessions(answer: SessionList) -> list[Block]:
    """All sessions."""
    if not answer.sessions:
        return [Text("No sessions yet.")]
    rows = [
        (
            str(one.id),
            one.name,
            one.status,
            str(one.spent.experiments),
            str(len(one.wins)),
            percent(one.claimed) if one.wins else "-",
            percent(one.confirmation.percent) if one.confirmation else "-",
            ", ".join(one.branches),
        )
        for one in answer.sessions
    ]
    headers = ("#", "session", "status", "experiments", "wins", "claimed", "confirmed", "branches")
    return [table(*headers, rows=rows)]


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {
    Init: init,
    Doctor: doctor,
    Baselined: baseline,
    SessionAnswer: session,
    SessionList: sessions,
}
