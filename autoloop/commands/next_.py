"""``autoloop next``: which actions are allowed now, ready to run, and what is in the way of the others."""

from __future__ import annotations

from autoloop import workflow
from autoloop.commands.app import Answer, App, command
from autoloop.facts import LiveFacts
from autoloop.offers import blockers, offered
from autoloop.opened import OpenWorkspace
from autoloop.payloads import ExperimentName, Next, NextBlocked


@command("next", short_help="Say what may be done now, and why the rest may not.")
def next_(app: App) -> Answer:
    """Say what may be done now, ready to run, and for everything else each reason and its remedy.

    \b
    autoloop next
    autoloop next --json
    """
    record = app.workspace.record()
    table = workflow.load()
    facts = LiveFacts(OpenWorkspace(app.workspace.root), record)
    allowed = offered(table, facts)
    names = {offer.action for offer in allowed}
    agent = [name for name, trigger in table.triggers.items() if trigger.by == "agent" and name not in names]
    experiment = record.experiment
    payload = Next(
        describe=table.states[record.state].describe,
        allowed=allowed,
        blocked=tuple(NextBlocked(name, blockers(table, name, facts)) for name in agent),
        experiment=ExperimentName(experiment.id, experiment.description) if experiment else None,
        goal=record.session.goal if record.session else "",
    )
    return Answer(payload, record)
