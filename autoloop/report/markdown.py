"""The report as Markdown for a pull request or an issue, within what hosting sites take."""

from __future__ import annotations

from collections.abc import Iterator

from autoloop.markup import cell, code, escaped, fitted, gain, table
from autoloop.report.outcome import WORDS
from autoloop.reported import ExperimentReported, Report
from autoloop.units import counted, format_duration, format_value

_CUT = "*The rest is left out: it would be longer than hosting sites allow. All of it: `autoloop report --html`*"
_ROWS = 25


def markdown(report: Report) -> str:
    """The whole report; what does not fit is left out from the end, with a note."""
    return fitted(list(_parts(report)), _CUT)


def _parts(report: Report) -> Iterator[str]:
    yield f"# {escaped(report.headline.sentence)}"
    yield _summary(report)
    wins = [one for one in report.experiments if one.outcome == "kept" and not one.imported]
    if wins:
        yield "## Wins"
        yield from _tables(report, wins)
    yield _method(report)
    others = [one for one in reversed(report.experiments) if one not in wins]
    if others:
        yield "## What else was tried"
        yield from _others(others)


def _summary(report: Report) -> str:
    found, metric, counts, used = report.headline.confirmed, report.metric, report.counts, report.usage
    rows = [("claimed", f"{report.headline.claimed_percent:+.2f} %, the single verdicts together, shrunk for optimism")]
    if found is None:
        rows.append(("confirmed", "not measured again"))
    else:
        shown = gain(found.percent, found.low, found.high)
        rows.append(("confirmed", f"**{shown}**, base against tip in {counted(found.pairs, 'interleaved pair')}"))
    if metric is not None and metric.start is not None and metric.best is not None:
        ends = (found.base_value, found.tip_value) if found else (metric.start, metric.best)
        values = " → ".join(format_value(value, metric.unit) for value in ends)
        rows.append((code(metric.name), f"{escaped(values)} ({metric.direction.replace('_', ' ')})"))
    endings = f"{counts.kept} kept, {counts.discarded} discarded, {counts.crashed} crashed"
    more = f", {counts.imported} imported" if counts.imported else ""
    rows.append(("experiments", f"{counts.total}: {endings}{more}"))
    rows.append(("time", f"{format_duration(used.wall_seconds)}, {format_duration(used.eval_seconds)} of it measuring"))
    tokens = "unknown" if used.tokens is None else f"{used.tokens:,}"
    rows.append(("spent", f"tokens {tokens}, money {'unknown' if used.usd is None else f'{used.usd:.2f} USD'}"))
    return table(("session", cell(report.title)), rows)


def _tables(report: Report, wins: list[ExperimentReported]) -> Iterator[str]:
    """Tables of a few rows each: as many as fit are shown."""
    unit = report.metric.unit if report.metric else ""
    for start in range(0, len(wins), _ROWS):
        yield table(
            ("#", "change", "before", "after", "effect", "runs", "guardrails", "commit"),
            (_win(one, unit) for one in wins[start : start + _ROWS]),
        )


def _win(one: ExperimentReported, unit: str) -> tuple[object, ...]:
    values = ("-" if v is None else escaped(format_value(v, unit)) for v in (one.incumbent, one.value))
    passed = ", ".join(cell(rail.name) for rail in one.guardrails if rail.passed) or "none"
    runs = len(one.samples.candidate) + len(one.samples.incumbent)
    effect = gain(one.effect.percent, one.effect.low, one.effect.high)
    return (one.id, cell(one.description), *values, effect, runs, passed, code((one.commit or "-")[:10]))


def _others(others: list[ExperimentReported]) -> Iterator[str]:
    for start in range(0, len(others), _ROWS):
        rows = (
            (
                one.id,
                WORDS[one.outcome],
                cell(one.description),
                gain(one.effect.percent, one.effect.low, one.effect.high),
                cell(one.reasons[0].splitlines()[0] if one.reasons and one.reasons[0] else ""),
            )
            for one in others[start : start + _ROWS]
        )
        yield table(("#", "ending", "change", "effect", "why"), rows)


def _method(report: Report) -> str:
    method = report.method
    lines = ["## How it was measured", ""]
    if method.command:
        lines.append(f"- command: {code(method.command)}")
    if method.noise_percent is not None:
        lines.append(f"- noise of one run: {'none seen' if method.deterministic else f'{method.noise_percent:.2f} %'}")
    if method.machine:
        lines.append("- machine: " + escaped(", ".join(f"{fact.name}: {fact.value}" for fact in method.machine)))
    lines.append("- each change was measured against the best state before it, in interleaved pairs in random order")
    lines.append("- measure one of them again: `autoloop reproduce N`")
    return "\n".join(lines)
