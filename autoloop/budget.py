"""Ledger arithmetic: what a session may use, has used, and which limit is reached."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import msgspec

from autoloop.model import Blocked, Direction, Session, Spent


class Line(msgspec.Struct, frozen=True):
    """One limit as the envelope shows it; ``spent`` is None when it is unknown, ``left`` None when unlimited."""

    limit: float | None
    spent: float | None
    left: float | None


def ledger(
    session: Session | None, now: float, value: float | None = None, direction: Direction = "lower_is_better"
) -> dict[str, Line]:
    """Every limit of the session, by name. Times in seconds. Empty without a session.

    The target's ``spent`` is ``value``, the incumbent's, and its ``left`` how far that is from the target.
    """
    if session is None:
        return {}
    limits, spent = session.limits, session.spent
    lines = {
        "experiments": _line(limits.experiments, spent.experiments),
        "time": _line(limits.time, elapsed(session, now)),
        "eval_time": _line(limits.eval_time, spent.eval_time),
        "tokens": _line(limits.tokens, spent.tokens),
        "usd": _line(limits.usd, spent.usd),
        "failures": _line(limits.failures, spent.failures),
        "plateau": _line(limits.plateau, spent.plateau),
        "target": _distance(limits.target, value, direction),
    }
    shown = ("experiments", "time")
    return {name: line for name, line in lines.items() if line.limit is not None or name in shown}


def _line(limit: float | None, spent: float | None) -> Line:
    left = None if limit is None or spent is None else max(0, limit - spent)
    return Line(limit, _rounded(spent), _rounded(left))


def _distance(target: float | None, value: float | None, direction: Direction) -> Line:
    if target is None or value is None:
        return Line(target, value, None)
    return Line(target, value, max(0.0, value - target if direction == "lower_is_better" else target - value))


def _rounded(number: float | None) -> float | None:
    return round(number, 3) if isinstance(number, float) else number


def elapsed(session: Session, now: float) -> float:
    """Seconds since the session began; never negative, whatever the clock did."""
    return max(0.0, (session.closed or now) - session.opened)


def time_left(session: Session | None, now: float) -> float | None:
    """Seconds until the session's time is used; None without a limit."""
    limit = session.limits.time if session else None
    return None if session is None or limit is None else limit - elapsed(session, now)


def reached(session: Session | None, now: float, value: float | None, direction: Direction) -> tuple[Blocked, ...]:
    """The limits that forbid another experiment. ``value`` is the incumbent's, for the target."""
    if session is None:
        return ()
    return (*time_reached(session, now), *_counts_reached(session), *_target_reached(session, value, direction))


def time_reached(session: Session | None, now: float) -> tuple[Blocked, ...]:
    """The limits that forbid even another measurement of the experiment in hand."""
    if session is None:
        return ()
    limits, spent = session.limits, session.spent
    caps = (
        ("time", limits.time, elapsed(session, now), "wall time"),
        ("eval_time", limits.eval_time, spent.eval_time, "eval time"),
        ("tokens", limits.tokens, spent.tokens, "tokens"),
        ("usd", limits.usd, spent.usd, "dollars"),
    )
    return tuple(_over(session, caps))


def _counts_reached(session: Session) -> Iterator[Blocked]:
    limits, spent = session.limits, session.spent
    caps = (
        ("experiments", limits.experiments, spent.experiments, "experiments"),
        ("failures", limits.failures, spent.failures, "failures in a row"),
        ("plateau", limits.plateau, spent.plateau, "experiments in a row without a win"),
    )
    yield from _over(session, caps)


def _over(session: Session, caps: Iterable[tuple[str, float | None, float | None, str]]) -> Iterator[Blocked]:
    from autoloop.units import format_duration, format_value  # late: only a reached limit is put into words

    for name, limit, spent, words in caps:
        if limit is not None and spent is not None and spent >= limit:
            used, allowed = (
                format_duration(number) if name.endswith("time") else format_value(number, "")
                for number in (spent, limit)
            )
            yield _blocked(session, name, f"{words}: {used} of at most {allowed}")


def _blocked(session: Session, limit: str, why: str) -> Blocked:
    fix = "autoloop finalize, or: autoloop session end" if session.wins else "autoloop session end"
    return Blocked(f"budget_{limit}", why, fix, exit=6)


def _target_reached(session: Session, value: float | None, direction: Direction) -> Iterator[Blocked]:
    target = session.limits.target
    if target is None or value is None:
        return
    from autoloop.units import format_value

    if value <= target if direction == "lower_is_better" else value >= target:
        why = f"the target {format_value(target, '')} is reached: {format_value(value, '')}"
        yield _blocked(session, "target", why)


def target_value(target: str | float, baseline: float, direction: Direction) -> float:
    """``target`` as a value of the metric: a number is one already, a percentage is a gain over ``baseline``.

    Raises:
        ValueError: neither a number nor a percentage, or not finite.
    """
    text = str(target).strip()
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{target!r} is neither a number nor a percentage, like 35 or 20%")
    if not text.endswith("%"):
        return number
    gain = abs(number) / 100
    return baseline - abs(baseline) * gain if direction == "lower_is_better" else baseline + abs(baseline) * gain


def opened(spent: Spent) -> Spent:
    """The ledger once another experiment has begun: it counts from its beginning, so that none slips through."""
    return msgspec.structs.replace(spent, experiments=spent.experiments + 1)


def closed(spent: Spent, *, kept: bool, crashed: bool) -> Spent:
    """The ledger once the experiment in hand has ended."""
    failures = spent.failures + 1 if crashed else 0
    return msgspec.structs.replace(spent, failures=failures, plateau=0 if kept else spent.plateau + 1)
