"""Reports about experiments that were never run."""

from __future__ import annotations

from autoloop.report.headline import headline
from autoloop.reported import (
    Effect,
    ExperimentReported,
    GuardrailReported,
    LimitReported,
    Method,
    MetricReported,
    Report,
    Samples,
    SessionReported,
    Tally,
    UsageReported,
)


def experiment(number, **given):
    """One experiment, discarded unless said otherwise."""
    percent = given.pop("percent", -1.0 + number % 3)
    low, high = given.pop("low", None), given.pop("high", None)
    if percent is not None and low is None:
        low, high = percent - 3, percent + 3
    outcome = given.pop("outcome", "discarded")
    value = given.pop("value", 100.0 + number % 7)
    fields = {
        "id": number,
        "session": 1,
        "description": f"change {number}",
        "status": outcome if outcome in {"kept", "crashed", "open"} else "discarded",
        "outcome": outcome,
        "verdict": "keep" if outcome == "kept" else "discard",
        "reasons": ("because",),
        "value": value,
        "incumbent": 100.0,
        "effect": Effect(percent, low, high, None, percent),
        "samples": Samples(() if value is None else (value, value * 1.1) * 4, (100.0, 101.0) * 4),
        "guardrails": (GuardrailReported("tests", number % 5 != 0, None, "exit code 0", ""),),
        "caveats": (),
        "paths": ("a.py",),
        "commit": f"{number:040x}" if outcome == "kept" else None,
        "attempts": 1,
        "seconds": 2.0,
        "opened": 1000.0 + 10 * number,
        "closed": 1005.0 + 10 * number,
        "imported": None,
    }
    return ExperimentReported(**{**fields, **given})


def session(number, wins=(), confirmed=None):
    """One finalized session with two limits."""
    limits = (
        LimitReported("experiments", 40.0, 20.0),
        LimitReported("time", None, 50.0),
        LimitReported("usd", 5.0, None),
    )
    return SessionReported(
        number, f"session {number}", "", "finalized", 1000.0, 2000.0, "c" * 40, (), wins, 5.0, confirmed, limits
    )


def report_of(experiments, *, direction="lower_is_better", start=100.0, wins=(), confirmed=None):
    """A report of one session."""
    metric = MetricReported("cost", "ms", direction, start, start, None)
    one = session(1, wins, confirmed)

    class Claimed:
        claimed = 5.0

    Claimed.wins = wins
    return Report(
        title="a session",
        repository="somewhere",
        generated=3000.0,
        autoloop="0",
        headline=headline(metric, [Claimed()], confirmed),
        metric=metric,
        counts=Tally(len(experiments), 0, len(experiments), 0, 0, 0),
        usage=UsageReported(100.0, 50.0, 8, None, None),
        method=Method("make bench", 1.0, deterministic=False, machine=()),
        sessions=(one,),
        experiments=tuple(experiments),
    )
