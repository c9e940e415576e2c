"""Which actions are allowed now, and what is in the way of the others: the answer of ``autoloop next``."""

from __future__ import annotations

from msgspec.structs import replace

from autoloop import workflow
from autoloop.commands import present
from autoloop.commands.answer import Answer, App
from autoloop.facts import LiveFacts
from autoloop.model import WAIT, Experiment, Offer, Record
from autoloop.offers import at_work, blockers, offer, offered
from autoloop.opened import OpenWorkspace
from autoloop.shown import ExperimentName, Next, NextBlocked

_REMEMBERED = 200
_IDEAS = 5


def answer(app: App) -> Answer:
    """The answer; guards that need git ask it."""
    record = app.workspace.record()
    live = app.workspace.store.at_work()
    table = workflow.load()
    facts = LiveFacts(OpenWorkspace(app.workspace.root), record)
    allowed = (WAIT,) if live else _ways_on(table, facts)
    names = {offer.action for offer in allowed}
    agent = [name for name, trigger in table.triggers.items() if trigger.by == "agent" and name not in names]
    experiment = record.experiment
    payload = Next(
        describe=f"{live.command} is still running." if live else table.states[record.state].describe,
        allowed=allowed,
        blocked=tuple(NextBlocked(name, (at_work(live),) if live else blockers(table, name, facts)) for name in agent),
        experiment=ExperimentName(experiment.id, experiment.description) if experiment else None,
        goal=record.session.goal if record.session else "",
        ideas=_untried(app, record),
        waiting=tuple(one.experiment for one in record.waiting),
        running=present.running(live) if live else None,
    )
    return Answer(payload, replace(record, next=allowed))


def shown(app: App, record: Record) -> Record:
    """The record with what may be done now, where the world may have changed since the last step."""
    facts = LiveFacts(OpenWorkspace(app.workspace.root), record)
    return replace(record, next=_ways_on(workflow.load(), facts))


def _ways_on(table: workflow.Workflow, facts: LiveFacts) -> tuple[Offer, ...]:
    """What is allowed; where nothing is (a broken configuration), doctor, which answers in every state."""
    return offered(table, facts) or (offer(table, "doctor"),)


def _untried(app: App, record: Record) -> tuple[str, ...]:
    """The first ideas of the user's list that no recent experiment was about; free where there is no list."""
    store = app.workspace.store
    noted = store.read_text(app.workspace.layout.ideas)
    if not noted:
        return ()
    from autoloop import ideas

    history = store.experiments(Experiment, _REMEMBERED) if record.counts.total else []
    return ideas.untried(ideas.listed(noted), history)[:_IDEAS]
