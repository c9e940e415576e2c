"""Text of ``report`` and ``export``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.text import Text

from autoloop.model import Improvement
from autoloop.render.words import Block, bar, measured, percent, table, word
from autoloop.reported import Effect, ExperimentReported, Report, ReportFile
from autoloop.units import format_duration, format_size

_SHOWN = 10
_FORMS = (
    ("autoloop report --html --open", "one page with charts, every experiment and its difference"),
    ("autoloop report --md", "the same for a pull request"),
    ("autoloop report --png", "the progress chart alone, also --svg"),
    ("autoloop report --json", "all of it as data: autoloop schema report"),
)


def report(answer: Report) -> list[Block]:
    """What was gained and at what price; the kept changes; where more of it is."""
    blocks: list[Block] = [Text(answer.headline.sentence, style="bold")]
    found, metric, counts, used = answer.headline.confirmed, answer.metric, answer.counts, answer.usage
    rows = [("session", answer.title), ("claimed", percent(answer.headline.claimed_percent))]
    if found is not None:
        interval = "" if found.low is None or found.high is None else f" ({found.low:+.2f} to {found.high:+.2f})"
        rows.append(("confirmed", f"{percent(found.percent)}{interval} in {found.pairs} interleaved pairs"))
    else:
        rows.append(("confirmed", "not measured again: autoloop finalize"))
    if metric is not None:
        rows.append((metric.name, f"{measured(metric.start, metric.unit)} -> {measured(metric.best, metric.unit)}"))
    more = f", {counts.imported} imported" if counts.imported else ""
    endings = f"{counts.kept} kept, {counts.discarded} discarded, {counts.crashed} crashed"
    rows.append(("experiments", f"{counts.total}: {endings}{more}"))
    rows.append(("time", f"{format_duration(used.wall_seconds)}, {format_duration(used.eval_seconds)} of it measuring"))
    tokens = "unknown" if used.tokens is None else f"{used.tokens:,}"
    rows.append(("cost", f"tokens {tokens}, money {'unknown' if used.usd is None else f'{used.usd:.2f} USD'}"))
    blocks += [table("", "", rows=rows), *_wins(answer), Text()]
    return [*blocks, table("more", "", rows=[(Text(typed, style="green"), does) for typed, does in _FORMS])]


def _wins(answer: Report) -> list[Block]:
    kept = [one for one in answer.experiments if one.outcome == "kept" and not one.imported]
    if not kept:
        return []
    scale = max(5.0, *(min(100.0, abs(one.effect.high or one.effect.percent or 0.0)) for one in kept))
    rows = [_win(one, scale) for one in kept[-_SHOWN:]]
    blocks: list[Block] = [Text(), table("#", "", "effect", "", "kept", rows=rows)]
    if len(kept) > _SHOWN:
        blocks.append(Text(f"and {len(kept) - _SHOWN} earlier ones", style="dim"))
    return blocks


def _win(one: ExperimentReported, scale: float) -> tuple[Block, ...]:
    effect: Effect = one.effect
    drawn = bar(Improvement(effect.percent, effect.low, effect.high), scale)
    return Text(str(one.id)), word("kept"), Text(percent(effect.percent)), drawn, Text(one.description)


def file(answer: ReportFile) -> list[Block]:
    """Where it is."""
    blocks: list[Block] = [Text(answer.headline, style="bold")] if answer.headline else []
    return [*blocks, Text(f"{answer.format}, {format_size(answer.bytes)}: {answer.file}")]


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {Report: report, ReportFile: file}
