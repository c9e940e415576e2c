"""The machine is the table: every state, every trigger, every combination of answers of the guards."""

from __future__ import annotations

from itertools import product

import pytest
from worlds import World

from autoloop import machine, offers, workflow
from autoloop.guards import GUARDS
from autoloop.model import Blocked, Record
from autoloop.updates import UPDATES

TABLE = workflow.load()
PAIRS = [(state, trigger) for state in TABLE.states for trigger in TABLE.triggers]


def mentioned(trigger, state):
    """Conditions that decide, or explain, what ``trigger`` does in ``state``."""
    declared = TABLE.triggers[trigger]
    outcomes = declared.from_state(state)
    names = [name for outcome in outcomes for name in outcome.conditions] if outcomes else declared.explain
    return list(dict.fromkeys(names))


def expected(trigger, state, holds):
    """The outcome that the table promises: the first whose conditions all hold."""
    for outcome in TABLE.triggers[trigger].from_state(state):
        if all(holds[name] for name in outcome.conditions):
            return outcome
    return None


def expected_codes(trigger, state, holds):
    """What must be said when nothing is promised: the least list of broken conditions, else the explanation."""
    declared = TABLE.triggers[trigger]
    outcomes = declared.from_state(state)
    if outcomes:
        broken = [[name for name in outcome.conditions if not holds[name]] for outcome in outcomes]
        return min(broken, key=len)
    if TABLE.states[state].kind == "working":
        return ["interrupted_work"]
    return [name for name in declared.explain if not holds[name]] or ["wrong_state"]


@pytest.fixture
def answers(monkeypatch):
    """Guards that answer what a test wants, and updates that only leave their mark."""
    holds: dict[str, bool] = dict.fromkeys(GUARDS, True)

    def constant(name):
        return lambda _facts: None if holds[name] else Blocked(name, f"{name} is not so", f"mend {name}")

    def marking(name):
        return lambda record, _facts: Record(state=record.state, loop=f"{record.loop} {name}".strip())

    for name in GUARDS:
        monkeypatch.setitem(GUARDS, name, constant(name))
    for name in UPDATES:
        monkeypatch.setitem(UPDATES, name, marking(name))
    return holds


@pytest.mark.parametrize(("state", "trigger"), PAIRS, ids=lambda name: name)
def test_the_machine_goes_exactly_where_the_table_says(answers, transitions, state, trigger):
    names = mentioned(trigger, state)
    for values in product([True, False], repeat=len(names)):
        answers.update(zip(names, values, strict=True))
        facts = World(Record(state=state))
        stepped = machine.step(TABLE, transitions, trigger, facts)
        promised = expected(trigger, state, answers)
        reasons = offers.blockers(TABLE, trigger, facts)
        if promised is None:
            assert stepped == machine.Refusal(trigger, reasons)
            assert [reason.code for reason in reasons] == expected_codes(trigger, state, answers)
            assert offers.taken(TABLE, trigger, facts) is None
        else:
            assert stepped == Record(state=promised.dest, loop=" ".join(promised.after))
            assert offers.taken(TABLE, trigger, facts) == promised.dest
            assert reasons == ()
        assert facts.record == Record(state=state)


def test_the_walk_covers_every_outcome_of_the_table(answers):
    taken = set()
    for state, trigger in PAIRS:
        names = mentioned(trigger, state)
        for values in product([True, False], repeat=len(names)):
            answers.update(zip(names, values, strict=True))
            taken.add((trigger, state, id(expected(trigger, state, answers))))
    declared = {
        (name, source, id(outcome))
        for name, trigger in TABLE.triggers.items()
        for outcome in trigger.outcomes
        for source in outcome.source
    }
    assert declared <= taken


@pytest.mark.parametrize("state", TABLE.states)
def test_what_is_offered_is_what_the_machine_allows(answers, transitions, state):
    facts = World(Record(state=state))
    for blocked in [None, *GUARDS]:
        answers.update({name: name != blocked for name in GUARDS})
        actions = [offer.action for offer in offers.offered(TABLE, facts)]
        if TABLE.states[state].kind == "working":
            assert actions == ["resume"]
            continue
        allowed = [
            name
            for name, trigger in TABLE.triggers.items()
            if trigger.by == "agent" and isinstance(machine.step(TABLE, transitions, name, facts), Record)
        ]
        assert actions == allowed


def test_an_offer_carries_what_to_type_and_why():
    facts = World(Record(state="uninitialized"))
    (offer,) = offers.offered(TABLE, facts)
    assert offer == offers.offer(TABLE, "init")
    assert offer.argv == ("autoloop", "init", "--verify")
    assert offer.describe == TABLE.triggers["init"].describe


def test_a_guard_is_asked_with_the_facts_of_the_step(monkeypatch, transitions):
    asked = []
    monkeypatch.setitem(GUARDS, "session_open", asked.append)
    facts = World(Record(state="ready"))
    monkeypatch.setitem(UPDATES, "end_session", lambda record, given: asked.append(given) or record)
    machine.step(TABLE, transitions, "session_end", facts)
    assert asked == [facts, facts]


def test_a_failing_update_moves_nothing(monkeypatch, transitions):
    def broken(record, facts):
        raise ZeroDivisionError

    monkeypatch.setitem(UPDATES, "adopt_workspace", broken)
    facts = World(Record())
    with pytest.raises(ZeroDivisionError):
        machine.step(TABLE, transitions, "init", facts)
    monkeypatch.undo()
    assert machine.step(TABLE, transitions, "init", facts) == Record(state="configured", loop="fresh")


def test_an_unknown_trigger_is_a_bug_of_the_caller(transitions):
    with pytest.raises(KeyError):
        machine.step(TABLE, transitions, "celebrate", World(Record()))
