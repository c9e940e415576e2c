"""What helped, what failed and why, and what the sessions claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from autoloop.learn.terms import Claim, Failures, Finding, Tally
from autoloop.model import Evaluation, Experiment, Session
from autoloop.similarity import Ending, ending, last_evaluation, paths_of, why

_LARGE_MOVE = 25.0  # per cent: a few runs of a metric that nobody steadies prove no less
_ORDER: tuple[Ending, ...] = (
    "guardrail",
    "harness",
    "scope",
    "crash",
    "worse",
    "no gain",
    "undecided",
    "set aside",
    "unmeasured",
)


def tally(experiments: Sequence[Experiment]) -> Tally:
    """Count the endings."""
    counts = Counter("imported" if experiment.imported else experiment.status for experiment in experiments)
    endings = ("kept", "discarded", "crashed", "open", "imported")
    return Tally(len(experiments), *(counts[ending] for ending in endings))


def finding(experiment: Experiment, *, confirmed: bool | None = None) -> Finding:
    """What one experiment came to."""
    evaluation = last_evaluation(experiment)
    gain = evaluation.improvement if evaluation else None
    return Finding(
        experiment=experiment.id,
        description=experiment.description,
        percent=gain.percent if gain else None,
        low=gain.low if gain else None,
        high=gain.high if gain else None,
        claimed=gain.expected if gain else None,
        confirmed=confirmed,
        paths=paths_of(experiment),
        why=f"imported from {experiment.imported}, not measured here" if experiment.imported else why(experiment),
        moved=_moved(evaluation) if evaluation else {},
    )


def _moved(evaluation: Evaluation) -> dict[str, float]:
    """Large changes of the metrics that are not the primary one."""
    before, after = evaluation.incumbent_metrics, evaluation.metrics
    changes = {
        name: 100 * (value - before[name]) / abs(before[name])
        for name, value in after.items()
        if before.get(name) and value != evaluation.value
    }
    return {name: round(change, 1) for name, change in changes.items() if abs(change) >= _LARGE_MOVE}


def helped(experiments: Sequence[Experiment], sessions: Sequence[Session]) -> tuple[Finding, ...]:
    """The wins, the largest first."""
    confirmed = _confirmed(sessions)
    wins = (finding(e, confirmed=confirmed.get(e.id)) for e in experiments if e.status == "kept")
    return tuple(sorted(wins, key=lambda win: (-(win.percent or 0.0), win.experiment)))


def _confirmed(sessions: Sequence[Session]) -> Mapping[int, bool]:
    """Whether the gain of a win's session held when it was measured again, by win."""
    held: dict[int, bool] = {}
    for session in sessions:
        if again := session.confirmation:
            floor = again.percent if again.low is None else again.low
            held |= dict.fromkeys(session.wins, floor > 0)
    return held


def failed(experiments: Sequence[Experiment]) -> tuple[Failures, ...]:
    """The others, grouped by how they ended; the newest first in each group."""
    groups: dict[Ending, list[Finding]] = {}
    for experiment in reversed(experiments):
        groups.setdefault(ending(experiment), []).append(finding(experiment))
    return tuple(Failures(name, tuple(groups[name])) for name in _ORDER if name in groups)


def claims(experiments: Sequence[Experiment], sessions: Sequence[Session]) -> tuple[Claim, ...]:
    """Claimed beside confirmed, for every session of these experiments that won something; the newest first."""
    seen = {experiment.session for experiment in experiments}
    return tuple(
        _claim(session)
        for session in sorted(sessions, key=lambda session: -session.id)
        if session.wins and session.id in seen
    )


def _claim(session: Session) -> Claim:
    claim = Claim(session.id, session.name, session.wins, session.claimed)
    again = session.confirmation
    if again is None:
        return claim
    return Claim(
        *(claim.session, claim.name, claim.wins, claim.claimed), again.percent, again.low, again.high, again.pairs
    )
