"""Ledger arithmetic: what a session may use, has used, and which limit is reached."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from autoloop.model import Blocked, Direction, Limits, Session, Spent

_FIX = "autoloop finalize, or: autoloop session end"


class Line(msgspec.Struct, frozen=True):
    """One limit as the envelope shows it; ``spent`` is None when it is unknown, ``left`` None when unlimited."""

    limit: float | None
    spent: float | None
    left: float | None


def ledger(session: Session | None, now: float) -> dict[str, Line]:
    """Every limit of the session, by name. Times in seconds. Empty without a session."""
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
    }
    shown = ("experiments", "time")
    return {name: line for name, line in lines.items() if line.limit is not None or name in shown}


def _line(limit: float | None, spent: float | None) -> Line:
    left = None if limit is None or spent is None else max(0, limit - spent)
    return Line(limit, _rounded(spent), _rounded(left))


def _rounded(number: float | None) -> float | None:
    return round(number, 3) if isinstance(number, float) else number


def elapsed(session: Session, now: float) -> float:
    """Seconds since the session began; never negative, whatever the clock did."""
    return max(0.0, (session.closed or now) - session.opened)


def reached(session: Session | None, now: float, value: float | None, direction: Direction) -> tuple[Blocked, ...]:
    """The limits that forbid another experiment. ``value`` is the incumbent's, for the target."""
    if session is None:
        return ()
    return (*time_reached(session, now), *_counts_reached(session), *_target_reached(session.limits, value, direction))


def time_reached(session: Session | None, now: float) -> tuple[Blocked, ...]:
    """The limits that forbid even another measurement of the experiment in hand."""
    if session is None:
        return ()
    limits, spent = session.limits, session.spent
    pairs = (
        ("time", limits.time, elapsed(session, now), "seconds of wall time"),
        ("eval_time", limits.eval_time, spent.eval_time, "seconds of eval time"),
        ("tokens", limits.tokens, spent.tokens, "tokens"),
        ("usd", limits.usd, spent.usd, "dollars"),
    )
    return tuple(_over(pairs))


def _counts_reached(session: Session) -> Iterator[Blocked]:
    limits, spent = session.limits, session.spent
    yield from _over(
        (
            ("experiments", limits.experiments, spent.experiments, "experiments"),
            ("failures", limits.failures, spent.failures, "failures in a row"),
            ("plateau", limits.plateau, spent.plateau, "experiments in a row without a win"),
        )
    )


def _over(pairs: tuple[tuple[str, float | None, float | None, str], ...]) -> Iterator[Blocked]:
    for name, limit, spent, words in pairs:
        if limit is not None and spent is not None and spent >= limit:
            yield Blocked(f"budget_{name}", f"{spent:g} of {limit:g} {words} used", _FIX, exit=6)


def _target_reached(limits: Limits, value: float | None, direction: Direction) -> Iterator[Blocked]:
    if limits.target is None or value is None:
        return
    there = value <= limits.target if direction == "lower_is_better" else value >= limits.target
    if there:
        yield Blocked("budget_target", f"the target {limits.target:g} is reached: {value:g}", _FIX, exit=6)


def target_value(target: str | float, baseline: float, direction: Direction) -> float:
    """``target`` as a value of the metric: a number is one already, a percentage is a gain over ``baseline``.

    Raises:
        ValueError: neither a number nor a percentage.
    """
    if isinstance(target, int | float):
        return float(target)
    text = target.strip()
    if not text.endswith("%"):
        return float(text)
    gain = abs(float(text[:-1])) / 100
    return baseline - abs(baseline) * gain if direction == "lower_is_better" else baseline + abs(baseline) * gain


def opened(spent: Spent) -> Spent:
    """The ledger once another experiment has begun: it counts from its beginning, so that none slips through."""
    return msgspec.structs.replace(spent, experiments=spent.experiments + 1)


def closed(spent: Spent, *, kept: bool, crashed: bool) -> Spent:
    """The ledger once the experiment in hand has ended."""
    failures = spent.failures + 1 if crashed else 0
    return msgspec.structs.replace(spent, failures=failures, plateau=0 if kept else spent.plateau + 1)
