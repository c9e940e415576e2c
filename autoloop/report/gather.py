"""From the workspace to a `Report`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from autoloop import __version__
from autoloop.budget import elapsed, ledger
from autoloop.errors import AutoLoopError
from autoloop.model import Baseline, Confirmation, Experiment, Session
from autoloop.opened import OpenWorkspace
from autoloop.report.headline import headline
from autoloop.report.outcome import outcome_of
from autoloop.reported import (
    Confirmed,
    Effect,
    ExperimentReported,
    Fact,
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


def gather(workspace: OpenWorkspace, now: float, *, session: str | None = None, everything: bool = False) -> Report:
    """The report of the open or latest session, of the named one, or of everything.

    Raises:
        UsageError: there is no such session.
    """
    sessions = _chosen(workspace, session, everything=everything)
    experiments = _experiments(workspace, sessions, everything=everything)
    baseline = workspace.record().baseline or workspace.store.baseline(Baseline)
    shown = tuple(_experiment(one) for one in experiments)
    metric = _metric(baseline, sessions, shown)
    last = sessions[-1] if sessions else None
    return Report(
        title=sessions[0].name if len(sessions) == 1 else f"{len(sessions)} sessions" if sessions else "No session yet",
        repository=workspace.root.name,
        generated=now,
        autoloop=__version__,
        headline=headline(metric, sessions, confirmed(last.confirmation) if last and len(sessions) == 1 else None),
        metric=metric,
        counts=_tally(shown),
        usage=_usage(sessions, experiments, now),
        method=_method(workspace, baseline),
        sessions=tuple(_session(one, now) for one in sessions),
        experiments=shown,
    )


def _chosen(workspace: OpenWorkspace, asked: str | None, *, everything: bool) -> tuple[Session, ...]:
    if asked is not None:
        return (workspace.session(asked),)
    known = workspace.sessions()
    return known if everything else known[-1:]


def _experiments(workspace: OpenWorkspace, sessions: Sequence[Session], *, everything: bool) -> list[Experiment]:
    stored = {one.id: one for one in workspace.store.experiments(Experiment, None)}
    if (opened := workspace.record().experiment) is not None:
        stored[opened.id] = opened
    chosen = {session.id for session in sessions}
    return [stored[number] for number in sorted(stored) if everything or stored[number].session in chosen]


def _metric(
    baseline: Baseline | None, sessions: Sequence[Session], shown: Sequence[ExperimentReported]
) -> MetricReported | None:
    if baseline is None:
        return None
    kept = [one for one in shown if one.outcome == "kept" and not one.imported and one.value is not None]
    start = sessions[0].baseline_value if sessions and sessions[0].baseline_value is not None else baseline.value
    best, number = (kept[-1].value, kept[-1].id) if kept else (start, None)
    return MetricReported(baseline.metric, baseline.unit, baseline.direction, start, best, number)


def _tally(shown: Sequence[ExperimentReported]) -> Tally:
    found = Counter("imported" if one.imported else one.status for one in shown)
    endings = ("kept", "discarded", "crashed", "open", "imported")
    return Tally(len(shown), *(found[ending] for ending in endings))


def _usage(sessions: Sequence[Session], experiments: Sequence[Experiment], now: float) -> UsageReported:
    tokens = [one.spent.tokens for one in sessions]
    usd = [one.spent.usd for one in sessions]
    return UsageReported(
        wall_seconds=sum(elapsed(one, now) for one in sessions),
        eval_seconds=sum(one.spent.eval_time for one in sessions),
        runs=sum(len(found.runs) for one in experiments for found in (*one.earlier, one.evaluation) if found),
        tokens=None if None in tokens or not tokens else sum(filter(None, tokens)),
        usd=None if None in usd or not usd else sum(filter(None, usd)),
    )


def _method(workspace: OpenWorkspace, baseline: Baseline | None) -> Method:
    try:
        command = workspace.config().eval.command
    except AutoLoopError:
        command = ""  # a report is read long after the configuration was lost
    if baseline is None:
        return Method(command, None, deterministic=False, machine=())
    facts = tuple(Fact(name, value) for name, value in baseline.fingerprint.facts.items())
    return Method(command, 100 * baseline.relative_noise, baseline.deterministic, facts)


def _session(one: Session, now: float) -> SessionReported:
    lines = ledger(one, now)
    return SessionReported(
        id=one.id,
        name=one.name,
        goal=one.goal,
        status=one.status,
        opened=one.opened,
        closed=one.closed,
        base_commit=one.base_commit or "",
        branches=one.branches,
        wins=one.wins,
        claimed_percent=one.claimed,
        confirmed=confirmed(one.confirmation),
        limits=tuple(LimitReported(name, line.limit, line.spent) for name, line in lines.items()),
    )


def confirmed(found: Confirmation | None) -> Confirmed | None:
    """A confirmation as it is reported."""
    if found is None:
        return None
    return Confirmed(found.percent, found.low, found.high, found.pairs, found.base_value, found.tip_value, found.at)


def _experiment(one: Experiment) -> ExperimentReported:
    found = one.evaluation
    looks = [look for look in (*one.earlier, found) if look]
    gain = found.improvement if found else None
    effect = Effect(gain.percent, gain.low, gain.high, gain.certainty, gain.expected) if gain else Effect(*[None] * 5)
    rails = found.guardrails if found else ()
    return ExperimentReported(
        id=one.id,
        session=one.session,
        description=one.description,
        status=one.status,
        outcome=outcome_of(one),
        verdict=found.decision if found else None,
        reasons=found.reasons if found else tuple(filter(None, [one.reason])),
        value=found.value if found else None,
        incumbent=found.incumbent if found else None,
        effect=effect,
        samples=_samples(one),
        guardrails=tuple(GuardrailReported(r.name, r.passed, r.value, r.threshold, r.why) for r in rails),
        caveats=found.caveats if found else (),
        paths=one.paths or (found.paths if found else ()),
        commit=one.commit,
        attempts=len(looks),
        seconds=sum(look.seconds for look in looks),
        opened=one.opened,
        closed=one.closed,
        imported=one.imported or None,
    )


def _samples(one: Experiment) -> Samples:
    runs = one.evaluation.runs if one.evaluation else ()
    arms = (
        tuple(run.value for run in runs if run.arm == arm and run.value is not None)
        for arm in ("candidate", "incumbent")
    )
    return Samples(*arms)
