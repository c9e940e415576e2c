"""The updates of the workflow: what a step does to the record. Pure; the machine sets the state itself."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from autoloop import budget
from autoloop.config import Config
from autoloop.endings import close_discarded, close_kept, close_landed, record_holdout_failure, reopen, the
from autoloop.guards import Facts
from autoloop.model import (
    AgentCall,
    Baseline,
    Best,
    Evaluation,
    Experiment,
    Incumbent,
    Record,
    Request,
    Session,
    Spent,
)
from autoloop.outcomes import Calibrated, Checked, Confirmed, Finalized
from autoloop.paths import slug

Update = Callable[[Record, Facts], Record]
replace = msgspec.structs.replace


def adopt_workspace(record: Record, facts: Facts) -> Record:
    """Name the loop, so that its refs are its own among linked worktrees."""
    return replace(record, loop=facts.loop)


def forget_seal(record: Record, facts: Facts) -> Record:
    """A replaced configuration is unproven."""
    return replace(record, config_seal="", loop=record.loop or facts.loop)


def take_request(record: Record, facts: Facts) -> Record:
    """Remember what was asked, so that the work can be redone after a crash."""
    return replace(record, request=Request(facts.trigger, dict(facts.options)))


def drop_request(record: Record, facts: Facts) -> Record:
    """The work was given up; whatever it was about is pending again."""
    return replace(record, request=None)


def seal_config(record: Record, facts: Facts) -> Record:
    """Doctor has proven exactly the configuration that it ran, which may have been edited meanwhile."""
    checked = the(Checked, facts.result)
    now = facts.config.digest if isinstance(facts.config, Config) else ""
    return replace(
        record,
        config_seal=checked.config_digest or now,
        request=None,
        durations={**record.durations, **checked.durations},
    )


def break_seal(record: Record, facts: Facts) -> Record:
    """Doctor found something that fails."""
    return replace(record, config_seal="", request=None)


def adopt_baseline(record: Record, facts: Facts) -> Record:
    """The measured starting point becomes the incumbent (or refreshes the incumbent's samples)."""
    calibrated = the(Calibrated, facts.result)
    baseline = the(Baseline, calibrated.baseline)
    incumbent = replace(calibrated.incumbent, experiment=record.incumbent.experiment if record.incumbent else None)
    session = record.session
    if session is not None:  # numbers of another machine or eval cannot be compared with these
        session = replace(session, baseline_value=baseline.value, baseline_metrics=baseline.metrics)
    return replace(
        record,
        baseline=baseline,
        incumbent=incumbent,
        session=session,
        request=None,
        ending=None,
        best=Best(incumbent.experiment, baseline.value),
        durations={**record.durations, **calibrated.durations},
    )


def forget_baseline(record: Record, facts: Facts) -> Record:
    """The starting point could not be measured."""
    return replace(record, request=None)


def open_session(record: Record, facts: Facts) -> Record:
    """Open a session with the limits that were asked for, else those of the configuration."""
    baseline = the(Baseline, record.baseline)
    opening = facts.opening
    number = record.counts.sessions + 1
    limits = opening.limits
    session = Session(
        id=number,
        name=opening.name or f"session-{number}",
        opened=facts.now,
        base_commit=opening.commit or "",
        base_tree=record.incumbent.tree if record.incumbent else "",
        limits=limits,
        goal=opening.goal,
        branch=opening.branch,
        spent=Spent(tokens=opening.tokens_known, usd=opening.usd_known),
        first_experiment=record.counts.total + 1,
        baseline_value=record.incumbent.value if record.incumbent else baseline.value,
        baseline_metrics=(record.incumbent.metrics if record.incumbent else {}) or baseline.metrics,
    )
    counts = replace(record.counts, sessions=number)
    return replace(record, session=session, counts=counts, streak=0, last_session=number, ending=None)


def end_session(record: Record, facts: Facts) -> Record:
    """Close the session; the store keeps its document."""
    return replace(record, session=None, ending=None)


def open_experiment(record: Record, facts: Facts) -> Record:
    """Open experiment N, and a session with it when none is open."""
    opening = facts.opening
    if record.session is None:
        record = open_session(record, facts)
    session = the(Session, record.session)
    incumbent = the(Incumbent, record.incumbent)
    number = record.counts.total + 1
    experiment = Experiment(
        id=number,
        slug=slug(opening.description),
        session=session.id,
        description=opening.description,
        opened=facts.now,
        before=opening.before,
        remembered=opening.remembered,
        base_commit=opening.commit,
        incumbent=incumbent.experiment,
        refs=opening.refs,
        origin=opening.origin,
    )
    return replace(
        record,
        experiment=experiment,
        request=None,
        ending=None,
        session=replace(session, spent=budget.opened(session.spent)),
        counts=replace(record.counts, total=number),
    )


def begin_measurement(record: Record, facts: Facts) -> Record:
    """Note what is about to be measured: from here on a crash resumes this measurement."""
    experiment = the(Experiment, record.experiment)
    measurement = facts.measurement
    earlier = experiment.earlier + ((experiment.evaluation,) if experiment.evaluation else ())
    if description := facts.options.get("description"):
        experiment = replace(experiment, description=str(description), slug=slug(str(description)))
    experiment = replace(experiment, measurement=measurement, evaluation=None, earlier=earlier)
    return replace(record, experiment=experiment, request=Request(facts.trigger))


def record_evaluation(record: Record, facts: Facts) -> Record:
    """The verdict, and what measuring it cost."""
    evaluation = the(Evaluation, facts.result)
    experiment = the(Experiment, record.experiment)
    session = the(Session, record.session)
    crashed = evaluation.decision == "crash"
    experiment = replace(
        experiment,
        measurement=None,
        evaluation=evaluation,
        paths=evaluation.paths,
        crashes=experiment.crashes + crashed,
    )
    spent = replace(session.spent, eval_time=session.spent.eval_time + evaluation.seconds)
    return replace(record, experiment=experiment, session=replace(session, spent=spent), request=None)


def book_usage(record: Record, facts: Facts) -> Record:
    """What an agent's call used counts for the session, and is told of the experiment it was made for."""
    session = the(Session, record.session)
    call = msgspec.convert(facts.options["call"], AgentCall)
    digest = facts.options.get("digest")
    usage = session.usage.plus(call.usage)
    session = replace(
        session,
        usage=usage,
        calls=session.calls + 1,
        silent=session.silent + 1 if call.usage.tokens is None else 0,
        spent=replace(session.spent, tokens=usage.tokens, usd=usage.usd),
        ingested=(*session.ingested, str(digest)) if digest else session.ingested,
    )
    experiment = record.experiment and replace(record.experiment, calls=(*record.experiment.calls, call))
    return replace(record, session=session, experiment=experiment)


def drop_measurement(record: Record, facts: Facts) -> Record:
    """The measurement was stopped; the experiment stays open."""
    experiment = the(Experiment, record.experiment)
    return replace(record, experiment=replace(experiment, measurement=None), request=None)


def record_confirmation(record: Record, facts: Facts) -> Record:
    """The gain as measured again, on the request: the session document takes it when it is closed."""
    request = the(Request, record.request)
    options = {**request.options, "confirmed": msgspec.to_builtins(the(Confirmed, facts.result))}
    return replace(record, request=replace(request, options=options))


def close_session(record: Record, facts: Facts) -> Record:
    """The finalized session is closed, when it was the open one."""
    finalized = the(Finalized, facts.result)
    closes = record.session is not None and record.session.id in {session.id for session in finalized.sessions}
    return replace(record, session=None if closes else record.session, request=None, ending=None)


UPDATES: dict[str, Update] = {
    update.__name__: update
    for update in (
        adopt_workspace,
        forget_seal,
        take_request,
        drop_request,
        seal_config,
        break_seal,
        adopt_baseline,
        forget_baseline,
        open_session,
        end_session,
        open_experiment,
        begin_measurement,
        record_evaluation,
        book_usage,
        drop_measurement,
        close_kept,
        record_holdout_failure,
        close_discarded,
        reopen,
        close_landed,
        record_confirmation,
        close_session,
    )
}
