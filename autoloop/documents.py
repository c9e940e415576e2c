"""Which documents a step changes besides the record: the experiment, the session and the baseline it touched."""

from __future__ import annotations

import msgspec

from autoloop.guards import Facts
from autoloop.model import Baseline, Experiment, ExperimentStatus, Record, Request, Session
from autoloop.outcomes import Discarded, Finalized, Kept, Landed
from autoloop.paths import slug

replace = msgspec.structs.replace


class Documents(msgspec.Struct, frozen=True):
    """What the store writes with a step; None and empty mean untouched."""

    experiment: Experiment | None = None
    landed: tuple[Experiment, ...] = ()
    sessions: tuple[Session, ...] = ()
    baseline: Baseline | None = None


def changed(before: Record, after: Record, facts: Facts) -> Documents:
    """The documents that differ between two records."""
    experiment = after.experiment
    if experiment is None and before.experiment is not None:
        experiment = _closed_experiment(before.experiment, before.request, facts)
    same = experiment == before.experiment
    return Documents(
        experiment=None if same else experiment,
        landed=facts.result.experiments if isinstance(facts.result, Landed) else (),
        sessions=_sessions(before, after, facts),
        baseline=None if after.baseline == before.baseline else after.baseline,
    )


def _closed_experiment(experiment: Experiment, request: Request | None, facts: Facts) -> Experiment:
    result = facts.result
    if isinstance(result, Kept):
        return replace(experiment, status="kept", closed=facts.now, commit=result.commit)
    reason, trash = "", {}
    if isinstance(result, Discarded):
        reason = result.reason
        trash = {"trash": result.trash} if result.trash else {}
    if described := request and request.options.get("description"):
        experiment = replace(experiment, description=str(described), slug=slug(str(described)))
    return replace(
        experiment,
        status=_lost(experiment),
        closed=facts.now,
        reason=reason or _verdict(experiment),
        refs={**experiment.refs, **trash},
    )


def _lost(experiment: Experiment) -> ExperimentStatus:
    evaluation = experiment.evaluation
    return "crashed" if evaluation is not None and evaluation.decision == "crash" else "discarded"


def _verdict(experiment: Experiment) -> str:
    evaluation = experiment.evaluation
    return "; ".join(evaluation.reasons) if evaluation else "not evaluated"


def _sessions(before: Record, after: Record, facts: Facts) -> tuple[Session, ...]:
    if isinstance(facts.result, Finalized):
        return facts.result.sessions
    if after.session is not None:
        return () if after.session == before.session else (after.session,)
    if before.session is None:
        return ()
    return (replace(before.session, status="ended", closed=facts.now, outcome=before.session.outcome or "ended"),)
