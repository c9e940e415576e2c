"""One sentence for somebody who reads nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from autoloop.model import Session
from autoloop.reported import Confirmed, Headline, MetricReported
from autoloop.stats import compounded
from autoloop.units import counted


def headline(metric: MetricReported | None, sessions: Sequence[Session], found: Confirmed | None) -> Headline:
    """What was gained: the confirmed figure where there is one, and what is still only claimed."""
    lower = metric is None or metric.direction == "lower_is_better"
    claimed = compounded([session.claimed for session in sessions], lower=lower)
    wins = sum(len(session.wins) for session in sessions)
    return Headline(_sentence(metric, claimed, wins, found), round(claimed, 4), found)


def _sentence(metric: MetricReported | None, claimed: float, wins: int, found: Confirmed | None) -> str:
    if metric is None:
        return "Nothing was measured yet."
    if not wins:
        return f"No change that improves {metric.name} was found yet."
    changes = counted(wins, "change")
    if found is None:
        return f"{metric.name} is {claimed:.1f} % better by {changes}: claimed, not measured again."
    if found.low is not None and found.low <= 0:
        return f"A gain in {metric.name} was claimed, and measuring again did not confirm it."
    word = "better" if found.percent >= 0 else "worse"
    return f"{metric.name} is {abs(found.percent):.1f} % {word} by {changes}, confirmed by measuring again."
