"""What bounds the agent: the caps that can be enforced, and the time that one call of its shell may take. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from autoloop.agents import Client
from autoloop.model import Limits, Record
from autoloop.outcomes import Check
from autoloop.units import format_duration

_BY_HAND = "bound the session by --experiments and --time"


def checks(one: Client, record: Record) -> Iterator[Check]:
    """Both."""
    session = record.session
    yield _usage(one, session.limits if session is not None else Limits())
    yield _time(one, record)


def _usage(one: Client, limits: Limits) -> Check:
    """A cap that is set and cannot be enforced would be believed in: that fails."""
    if one.tokens and one.usd:
        return Check("usage", "pass", "It reports tokens and money: --tokens and --usd are enforced.")
    set_in_vain = [
        option
        for option, cap, told in (("--tokens", limits.tokens, one.tokens), ("--usd", limits.usd, one.usd))
        if cap is not None and not told
    ]
    status = "fail" if set_in_vain else "warn"
    why = f"the open session has a cap by {' and '.join(set_in_vain)}" if set_in_vain else ""
    if one.tokens:
        what = "It reports tokens, but no money: --tokens is enforced, --usd is not."
        return Check("usage", status, what, why, f"{_BY_HAND} or --tokens")
    what = "It does not report what it used: neither --tokens nor --usd can be enforced."
    return Check("usage", status, what, why, _BY_HAND)


def _time(one: Client, record: Record) -> Check:
    limit, baseline = one.shell.limit, record.baseline
    if limit is None:
        return Check("time", "pass", "Its shell is not known to end long commands.")
    allowed = f"one call of its shell may take {format_duration(limit)}"
    if baseline is None:
        return Check("time", "pass", f"By default {allowed}; how long an eval takes is known after autoloop baseline.")
    expected = baseline.seconds_per_run * baseline.expected_runs
    measured = f"An eval takes about {format_duration(expected)} here"
    if expected <= limit:
        return Check("time", "pass", f"{measured}; by default {allowed}.")
    what = f"{measured}, and by default {allowed}."
    return Check(
        "time", "warn", what, f"beyond that {one.shell.limited}", "autoloop eval --detach, then: autoloop wait"
    )
