"""Where we are: ``status`` on one screen, ``history``, ``next``, the ideas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.text import Text

from autoloop.budget import Line
from autoloop.model import Confirmation
from autoloop.payloads import History, Ideas, Next, SessionShown, Status
from autoloop.render.agents import spent
from autoloop.render.experiments import Experiments
from autoloop.render.live import running
from autoloop.render.recall import held_table
from autoloop.render.tables import table
from autoloop.render.words import Block, measured, percent, word
from autoloop.units import counted, format_duration

_TIMES = {"time", "eval_time"}
_GAUGE = 12
_NEARLY_ALL = 0.8


def status(answer: Status, budget: Mapping[str, Line]) -> list[Block]:
    """Where we are, what was gained, what is left, the last experiments."""
    blocks: list[Block] = running(answer.running) if answer.running else [Text(answer.describe, style="bold")]
    if answer.experiment is not None:
        first_lines = (reason.partition("\n")[0] for reason in answer.experiment.reasons[:3])
        blocks += [Text(f"  {line}", style="dim") for line in first_lines]
    if answer.session is not None:
        blocks += _session(answer.session)
        if answer.session.calls:
            blocks.append(
                Text(f"Proposals took {counted(answer.session.calls, 'call')}: {spent(answer.session.usage)}")
            )
    blocks += _metric(answer)
    if answer.session is not None and answer.session.status == "open":
        blocks.append(_budget(budget))
    if answer.counts.total:
        counts = answer.counts
        told = f"{counts.kept} kept, {counts.discarded} discarded, {counts.crashed} crashed"
        if under_way := counts.total - counts.kept - counts.discarded - counts.crashed:
            told += f", {under_way} open"
        blocks.append(Text(f"{counted(counts.total, 'experiment')}: {told}"))
    blocks += _waiting(answer.waiting)
    if answer.recent:
        blocks.append(Experiments(answer.recent))
    if answer.sessions:
        blocks.append(_sessions(answer))
    return blocks


def _waiting(numbers: Sequence[int]) -> list[Block]:
    """The wins that are not on their branch yet."""
    if not numbers:
        return []
    named = ", ".join(f"#{number}" for number in numbers)
    verb = "waits" if len(numbers) == 1 else "wait"
    return [Text(f"{counted(len(numbers), 'win')} {verb} to land: {named} (autoloop land)", style="yellow")]


def _session(session: SessionShown) -> list[Block]:
    goal = f": {session.goal}" if session.goal and session.goal != session.name else ""
    again = "" if session.confirmed is None else f", confirmed {_confirmed(session.confirmed)}"
    gain = f"{counted(len(session.wins), 'win')}: claimed {percent(session.claimed_percent)}{again}"
    return [Text(f"Session {session.name} ({session.status}){goal}"), Text(gain if session.wins else "No win yet.")]


def _confirmed(found: Confirmation) -> str:
    if found.low is None or found.high is None or found.low == found.high:
        return percent(found.percent)
    return f"{percent(found.percent)} ({found.low:+.2f} to {found.high:+.2f})"


def _metric(answer: Status) -> list[Block]:
    base, now = answer.baseline, answer.incumbent
    if base is None or now is None:
        return []
    line = f"{base.metric}: baseline {measured(base.value, base.unit)}, incumbent {measured(now.value, base.unit)}"
    return [Text(line + (f" (experiment {now.experiment})" if now.experiment else ""))]


def _budget(lines: Mapping[str, Line]) -> Block:
    rows = [
        (name.replace("_", " "), amount(name, line.spent), amount(name, line.limit, "no limit"), gauge(line))
        for name, line in lines.items()
    ]
    return table("budget", "used", "of", "", rows=rows)


def amount(name: str, value: float | None, unknown: str = "unknown") -> str:
    """What is used of a limit, or the limit itself."""
    if value is None:
        return unknown
    return format_duration(value) if name in _TIMES else f"{value:g}"


def gauge(line: Line) -> Text:
    """How much of a limit is used, drawn; nothing where there is no limit or the use is unknown."""
    if not line.limit or line.spent is None:
        return Text()
    used = min(1.0, line.spent / line.limit)
    full = round(used * _GAUGE)
    return Text(
        "█" * full + "░" * (_GAUGE - full), style="red" if used >= 1 else "yellow" if used > _NEARLY_ALL else "green"
    )


def _sessions(answer: Status) -> Block:
    rows = [
        (str(s.id), s.name, s.status, str(s.experiments), str(len(s.wins)), percent(s.claimed_percent), _again(s))
        for s in answer.sessions
    ]
    return table("#", "session", "status", "experiments", "wins", "claimed", "confirmed", rows=rows)


def _again(session: SessionShown) -> str:
    return "-" if session.confirmed is None else _confirmed(session.confirmed)


def history(answer: History) -> list[Block]:
    """The experiments, newest first."""
    if not answer.experiments:
        return [Text("No experiments yet.")]
    more = answer.total - len(answer.experiments)
    blocks: list[Block] = [Experiments(answer.experiments)]
    if more > 0:
        blocks.append(Text(f"and {more} older", style="dim"))
    return [*blocks, held_table(answer.held)] if answer.held else blocks


def next_(answer: Next) -> list[Block]:
    """What may be done, and what is in the way of the rest."""
    blocks: list[Block] = [Text(answer.describe, style="bold")]
    rows = [(Text(" ".join(offer.argv), style="green"), offer.describe) for offer in answer.allowed]
    blocks += [*_waiting(answer.waiting), table("now", "", rows=rows)]
    hidden = {"wrong_state", "already_initialized", "nothing_waits"}
    blocked: dict[str, list[str]] = {}
    for item in answer.blocked:
        for reason in item.reasons[:1]:
            if reason.code not in hidden:
                blocked.setdefault(f"{reason.why}; {reason.fix}", []).append(item.action)
    if blocked:
        shown = [(", ".join(actions), Text(why, style="dim")) for why, actions in blocked.items()]
        blocks.append(table("not now", "", rows=shown))
    if answer.ideas:
        blocks.append(table("not tried yet", rows=[(idea,) for idea in answer.ideas]))
    return blocks


def ideas(answer: Ideas) -> list[Block]:
    """The list, and what became of each idea."""
    if not answer.ideas:
        return [Text(f"No ideas are noted in {answer.file}.")]
    rows = [
        (str(idea.number), word(idea.standing), idea.text, ", ".join(f"#{number}" for number in idea.experiments))
        for idea in answer.ideas
    ]
    return [table("#", "", "idea", "experiments", rows=rows)]


WITH_BUDGET: dict[type, Callable[[Any, Mapping[str, Line]], list[Block]]] = {Status: status}
RENDERERS: dict[type, Callable[[Any], list[Block]]] = {History: history, Next: next_, Ideas: ideas}
