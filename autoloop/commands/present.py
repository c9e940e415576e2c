"""From persisted documents to what commands show of them."""

from __future__ import annotations

import time

from autoloop.model import Experiment, Improvement, Record, Session, Usage
from autoloop.progress import Live
from autoloop.shown import (
    BaselineShown,
    BestShown,
    IncumbentShown,
    OpenExperiment,
    Recent,
    Running,
    SessionShown,
    UsageShown,
)


def session(found: Session | None) -> SessionShown | None:
    """A session in brief."""
    if found is None:
        return None
    return SessionShown(
        found.id,
        found.name,
        found.status,
        found.goal,
        found.opened,
        found.wins,
        round(found.claimed, 4),
        found.confirmation,
        found.spent.experiments,
        usage(found.usage),
        found.calls,
    )


def usage(found: Usage) -> UsageShown:
    """What was used, with the sum of all tokens."""
    return UsageShown(found.tokens, found.input, found.cached, found.output, found.usd)


def recent(experiment: Experiment) -> Recent:
    """An experiment as a line of a table."""
    found = experiment.evaluation
    reason = experiment.reason or ("; ".join(found.reasons) if found else "")
    return Recent(
        id=experiment.id,
        status=experiment.status,
        description=experiment.description,
        reason=reason.splitlines()[0] if reason else "",
        commit=experiment.commit,
        session=experiment.session,
        value=found.value if found else None,
        improvement=found.improvement if found else Improvement(),
        imported=experiment.imported,
    )


def open_experiment(experiment: Experiment | None) -> OpenExperiment | None:
    """The experiment in hand."""
    if experiment is None:
        return None
    found = experiment.evaluation
    return OpenExperiment(
        experiment.id,
        experiment.description,
        experiment.status,
        found.decision if found else None,
        found.reasons if found else (),
    )


def running(found: Live) -> Running:
    """What another process is at."""
    told = found.progress
    return Running(
        running=True,
        command=found.command,
        phase=told.phase,
        text=told.text,
        samples=told.done,
        at_most=told.most,
        improvement=Improvement(told.percent, told.low, told.high),
        elapsed=round(told.elapsed or max(0.0, time.time() - found.since), 1),
        expected=None if told.expected is None else round(told.expected, 1),
        pid=found.pid,
    )


def baseline(record: Record) -> BaselineShown | None:
    """The starting point in brief."""
    found = record.baseline
    if found is None:
        return None
    return BaselineShown(
        found.metric, found.unit, found.direction, found.value, found.relative_noise, found.deterministic
    )


def incumbent(record: Record) -> IncumbentShown | None:
    """What candidates are judged against."""
    found = record.incumbent
    return None if found is None else IncumbentShown(found.experiment, found.value)


def best(record: Record) -> BestShown | None:
    """The best value ever kept."""
    return None if record.best is None else BestShown(record.best.experiment, record.best.value)
