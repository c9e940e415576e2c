"""Where a driven session stands: whether it is the one that was asked for, and one live line about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from autoloop.errors import AutoLoopError, BudgetError, RefusedError
from autoloop.model import Experiment, Record, Session
from autoloop.progress import Notify, Progress
from autoloop.units import format_count, format_value
from autoloop.workspace import Workspace


def opened(record: Record) -> Experiment:
    """The experiment in hand.

    Raises:
        BudgetError: there is none.
    """
    if record.experiment is None:
        raise BudgetError("no_experiment", "No experiment is open.", fix="autoloop next")
    return record.experiment


def check_bounds(session: Session | None, opening: Mapping[str, object]) -> None:
    """An open session goes on within its own bounds: nobody may believe that it has others.

    Raises:
        RefusedError: ``session_open``: it is not the one that ``opening`` asks for.
    """
    if session is None:
        return
    held = {**msgspec.structs.asdict(session.limits), "name": session.name, "goal": session.goal}
    comparable = opening.keys() - {"target"} - ({"goal"} if not session.goal else set())
    differing = sorted(name for name in comparable if opening[name] != held[name])
    if differing:
        raise RefusedError(
            "session_open",
            f"Session {session.name!r} is open, and not with what was asked for: {', '.join(differing)}.",
            why="; ".join(f"{name} is {'not limited' if held[name] is None else held[name]}" for name in differing),
            fix="leave these options out to go on with it; or: autoloop session end, then repeat the command",
        )


def line(workspace: Workspace, notify: Notify, clock: Callable[[], float]) -> Notify:
    """A listener that says, beside each step, where the session stands; read anew at most once a second."""
    known = (0.0, "")

    def told(progress: Progress) -> None:
        nonlocal known
        if not progress.notable:
            now = clock()
            if now - known[0] >= 1:
                known = (now, _told(workspace))
            progress = msgspec.structs.replace(progress, text=f"{known[1]}{progress.text}")
        notify(progress)

    return told


def _told(workspace: Workspace) -> str:
    try:
        record = workspace.record()
    except AutoLoopError:
        return ""
    return summary(record)


def summary(record: Record) -> str:
    """``#3 of 5, best 86.1 ms (+13.9 %), spent 120k tokens $0.40: ``, as far as there is something to say."""
    session, incumbent, baseline = record.session, record.incumbent, record.baseline
    if session is None or incumbent is None or baseline is None:
        return ""
    most = f" of {session.limits.experiments}" if session.limits.experiments else ""
    parts = [f"#{session.spent.experiments}{most}"]
    gain = f" ({session.claimed:+.1f} %)" if session.wins else ""
    parts.append(f"best {format_value(incumbent.value, baseline.unit)}{gain}")
    usage = session.usage
    spent = [f"{format_count(usage.tokens)} tokens"] if usage.tokens is not None else []
    spent += [f"${usage.usd:.2f}"] if usage.usd is not None else []
    if spent:
        parts.append(f"spent {' '.join(spent)}")
    return ", ".join(parts) + ": "
