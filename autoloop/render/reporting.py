"""Text of ``report``, ``export`` and ``reproduce``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.text import Text

from autoloop.model import Improvement
from autoloop.payloads import Recent, Reproduced
from autoloop.render.experiments import Experiments
from autoloop.render.tables import table
from autoloop.render.words import Block, effect, measured, percent
from autoloop.reported import ExperimentReported, Report, ReportFile
from autoloop.units import counted, format_duration, format_size

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
    if not answer.experiments:
        return [*blocks, Text("There are no experiments yet.")]
    found, metric, counts, used = answer.headline.confirmed, answer.metric, answer.counts, answer.usage
    rows = [("session", answer.title), ("claimed", percent(answer.headline.claimed_percent))]
    if found is not None:
        interval = "" if found.low is None or found.high is None else f" ({found.low:+.2f} to {found.high:+.2f})"
        rows.append(("confirmed", f"{percent(found.percent)}{interval} in {counted(found.pairs, 'interleaved pair')}"))
    else:
        rows.append(("confirmed", "not measured again: autoloop finalize"))
    if metric is not None:
        rows.append((metric.name, f"{measured(metric.start, metric.unit)} -> {measured(metric.best, metric.unit)}"))
    more = f", {counts.imported} imported" if counts.imported else ""
    endings = f"{counts.kept} kept, {counts.discarded} discarded, {counts.crashed} crashed"
    rows.append(("experiments", f"{counts.total}: {endings}{more}"))
    rows.append(("time", f"{format_duration(used.wall_seconds)}, {format_duration(used.eval_seconds)} of it measuring"))
    tokens = "unknown" if used.tokens is None else f"{used.tokens:,}"
    rows.append(("spent", f"tokens {tokens}, money {'unknown' if used.usd is None else f'{used.usd:.2f} USD'}"))
    blocks += [table("", "", rows=rows), *_wins(answer), Text()]
    return [*blocks, table("more", "", rows=[(Text(typed, style="green"), does) for typed, does in _FORMS])]


def _wins(answer: Report) -> list[Block]:
    kept = [one for one in answer.experiments if one.outcome == "kept" and not one.imported]
    if not kept:
        return []
    blocks: list[Block] = [Text(), Experiments([_win(one) for one in kept[-_SHOWN:]])]
    if len(kept) > _SHOWN:
        blocks.append(Text(f"and {len(kept) - _SHOWN} earlier", style="dim"))
    return blocks


def _win(one: ExperimentReported) -> Recent:
    gain = Improvement(one.effect.percent, one.effect.low, one.effect.high)
    return Recent(one.id, one.status, one.description, one.value, gain, "")


def file(answer: ReportFile) -> list[Block]:
    """Where it is."""
    blocks: list[Block] = [Text(answer.headline, style="bold")] if answer.headline else []
    return [*blocks, Text(f"{answer.format}, {format_size(answer.bytes)}: {answer.file}")]


def reproduced(answer: Reproduced) -> list[Block]:
    """The effect on record, the effect now, and what to make of it."""
    one, now = answer.experiment, answer.measured
    told = (
        "The effect shows again: its whole interval is above nothing."
        if answer.reproduced
        else "No gain shows this time: the interval reaches nothing, or less."
    )
    what = (
        f"commit {answer.commit[:10]} against {(answer.parent or 'nothing')[:10]}" if answer.commit else "its candidate"
    )
    values = f"{measured(answer.before, answer.unit)} -> {measured(answer.after, answer.unit)}"
    again = effect(Improvement(now.percent, now.low, now.high))
    rows = [
        ("on record", effect(answer.recorded)),
        ("now", f"{again}, {values}, {counted(now.pairs, 'interleaved pair')}"),
    ]
    return [
        Text(f"Experiment {one.id} ({answer.status}), {what}: {one.description}"),
        table("", "effect (90 % interval)", rows=rows),
        Text(told, style="green" if answer.reproduced else "yellow"),
        Text(f"raw output: {answer.runs}", style="dim"),
    ]


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {Report: report, ReportFile: file, Reproduced: reproduced}
