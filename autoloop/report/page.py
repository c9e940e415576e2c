"""The report as one HTML file: charts, experiments and differences in it, nothing fetched from anywhere."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import jinja2
from matplotlib.figure import Figure
from msgspec import Struct

from autoloop.report import drawn, phrases
from autoloop.report.charts import budget, effects, progress, rails
from autoloop.report.charts.canvas import drawing, shortened, svg
from autoloop.report.diffs import Difference
from autoloop.report.outcome import WORDS
from autoloop.reported import Report, SessionReported
from autoloop.units import counted, format_duration, format_value

_TEMPLATES = Path(__file__).parent / "templates"
_LARGEST_SCALE = 100.0
_SESSIONS = 4
_BRIEF = 160

DETAILED = 300
"""Experiments told in full: those kept, then the latest. Of the others a long report gives one line each."""


class Chart(Struct, frozen=True):
    """A chart for a desk and one for a phone, as SVG elements, and what is said below them."""

    name: str
    title: str
    wide: str
    narrow: str
    caption: str


def page(report: Report, differences: Mapping[int, Difference]) -> str:
    """The whole document."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    unit = report.metric.unit if report.metric else ""
    environment.filters |= {
        "value": partial(_value, unit=unit),
        "duration": format_duration,
        "day": _day,
        "counted": counted,
        "gain": phrases.gain,
        "bar": partial(drawn.bar, scale=_scale(report)),
        "strip": drawn.strip,
        "told": phrases.told,
        "judged": phrases.judged,
        "brief": partial(shortened, length=_BRIEF),
    }
    script = (_TEMPLATES / "report.js").read_text(encoding="utf-8")
    return environment.get_template("report.html").render(
        report=report,
        charts=charts(report),
        differences=differences,
        detailed=detailed(report),
        words=WORDS,
        names={session.id: session.name for session in report.sessions},
        wins=[one for one in report.experiments if one.outcome == "kept" and not one.imported],
        style=(_TEMPLATES / "report.css").read_text(encoding="utf-8"),
        script=script,
        script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        scale=_scale(report),
        strip_width=2 * drawn.WIDTH,
        bar_width=drawn.WIDTH,
    )


def detailed(report: Report) -> set[int]:
    """The experiments that the page has room for in full."""
    order = sorted(report.experiments, key=lambda one: (one.outcome != "kept", -one.id))
    return {one.id for one in order[:DETAILED]}


def _value(number: float | None, unit: str) -> str:
    return "-" if number is None else format_value(number, unit)


def _day(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(at))


def _scale(report: Report) -> float:
    gains = [abs(x) for one in report.experiments for x in (one.effect.percent, one.effect.high) if x is not None]
    return min(_LARGEST_SCALE, max([5.0, *gains]))


def charts(report: Report) -> list[Chart]:
    """The charts there is something to draw for."""
    if not report.experiments:
        return []
    counts = report.counts
    made = [
        _chart(
            "progress",
            "Progress",
            lambda narrow: progress.progress(report, narrow=narrow),
            f"Each mark is an experiment, drawn at its effect with the 90 % interval; the line is the best kept state. "
            f"{counts.kept} kept, {counts.discarded} discarded, {counts.crashed} crashed. Marks at the edge have no "
            "value, or one far outside. Effects come from runs that take turns, so that the drift of the machine is "
            "not in the picture.",
        )
    ]
    if rows := effects.shown(report):
        more = sum(one.effect.percent is not None for one in report.experiments) - len(rows)
        note = f" {more} earlier ones are left out here." if more > 0 else ""
        text = f"The effect of each experiment against the state it was measured against, positive is better.{note}"
        made.append(_chart("effects", "Effects", lambda narrow: effects.effects(report, narrow=narrow), text))
    made += [_budget(report, one) for one in report.sessions[-_SESSIONS:] if budget.limited(one)]
    if rails.names(report):
        text = "What each guardrail said of each experiment. Where it is a number, a higher mark is a higher number."
        made.append(_chart("guardrails", "Guardrails", lambda narrow: rails.guardrails(report, narrow=narrow), text))
    return made


def _budget(report: Report, session: SessionReported) -> Chart:
    own = [one for one in report.experiments if one.session == session.id]
    of = f" of {session.name}" if len(report.sessions) > 1 else ""
    return _chart(
        f"budget-{session.id}",
        f"Budget{of}",
        lambda narrow: budget.budget(session, own, narrow=narrow),
        f"What was left of each limit after each experiment{of}.",
    )


def _chart(name: str, title: str, draw: Callable[[bool], Figure], caption: str) -> Chart:
    label = f"{title}. {caption}"
    with drawing(name):
        wide, narrow = (svg(draw(phone), f"{name}-{phone:d}", label) for phone in (False, True))
    return Chart(name, title, wide, narrow, caption)
