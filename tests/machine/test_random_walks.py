"""Whatever is typed, and whatever the world answers: the budget holds, no bad change is kept, nothing is lost."""

from __future__ import annotations

import msgspec
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from worlds import BASELINE, CONFIG, EXPERIMENT_STATES, INCUMBENT, World, replace

from autoloop import documents, machine, offers, workflow
from autoloop.errors import ConfigError
from autoloop.model import (
    Confirmation,
    Evaluation,
    Fingerprint,
    GuardrailResult,
    Improvement,
    Learned,
    Limits,
    Measurement,
    Noise,
    Record,
)
from autoloop.outcomes import (
    Calibrated,
    Check,
    Checked,
    Confirmed,
    Discarded,
    Finalized,
    HoldoutFailed,
    Kept,
    Landed,
    Opening,
    PullRequest,
    Revived,
    Undone,
)

TABLE = workflow.load()
MACHINE = machine.build(TABLE)
AGENT = [name for name, trigger in TABLE.triggers.items() if trigger.by == "agent"]
TREES = ["base", "a", "b", "c"]
LOOP = ["pre", "eval", "eval", "rerun", "keep", "keep", "discard", "undo", "revive", "land", "finalize"]
LIMIT = 3
BROKEN = ConfigError("config_invalid", "wrong")
EDITED = replace(CONFIG, eval=replace(CONFIG.eval, command="x"))
STARTS = [Record(), Record(state="ready", config_seal=CONFIG.digest, baseline=BASELINE, incumbent=INCUMBENT)]

numbers = st.floats(-1e6, 1e6)
maybe = st.none() | numbers
limits = st.builds(
    Limits,
    experiments=st.just(LIMIT),
    time=st.none() | st.floats(1, 500),
    eval_time=st.none() | st.floats(1, 100),
    failures=st.none() | st.integers(1, 3),
    plateau=st.none() | st.integers(1, 3),
    target=maybe,
)
rails = st.lists(
    st.builds(GuardrailResult, st.sampled_from(["tests", "memory"]), st.sampled_from([True, True, True, None, False])),
    max_size=2,
).map(tuple)
evaluations = st.builds(
    Evaluation,
    tree=st.sampled_from(TREES),
    attempt=st.integers(1, 2),
    decision=st.sampled_from(["keep", "keep", "discard", "rerun", "crash"]),
    reasons=st.just(("because",)),
    failures=st.sampled_from([(), (), (), ("guardrail_failed",), ("out_of_scope",), ("harness_changed", "x")]),
    value=maybe,
    improvement=st.builds(Improvement, expected=maybe),
    guardrails=rails,
    metrics=st.dictionaries(st.sampled_from(["ms", "mb"]), numbers),
    learned=st.builds(
        Learned, noise=st.none() | st.just(Noise(0.1, 3.0)), if_kept=st.lists(numbers, max_size=2).map(tuple)
    ),
    seconds=st.floats(0, 50),
)


def mostly(usual, *others):
    return st.sampled_from([usual] * 6 + list(others))


RESULTS = {
    "check": mostly(Checked(()), Checked((Check("eval", "fail", "."),))),
    "calibrate": mostly(Calibrated(INCUMBENT, BASELINE), Calibrated(INCUMBENT, why="nothing")),
    "measure": evaluations,
    "keep": mostly(*(Kept("c", "r", tree) for tree in TREES), HoldoutFailed()),
    "defer": mostly(*(Kept("c", "r", tree, waits=True) for tree in TREES), HoldoutFailed()),
    "discard": st.builds(Discarded, st.sampled_from(TREES), trash=st.none() | st.just("trash")),
    "confirm": st.sampled_from([Confirmed(), Confirmed(Confirmation(1.0, None, None, 2, 1.0, 1.0), holdout=False)]),
    "finalize": st.none(),
}
usual = {
    "options": st.sampled_from([{}, {}, {"confirm": False}, {"description": "x"}, {"commit": False}]),
    "opening": st.builds(Opening, limits=limits, description=st.text(max_size=5), before=st.just("base")),
    "measurement": st.builds(Measurement, st.sampled_from(TREES), seed=st.integers(0, 9)),
    "tree": st.sampled_from(TREES),
}
trouble = {
    "options": st.sampled_from([{}, {"force": True}]),
    "config": st.sampled_from([CONFIG, BROKEN, EDITED]),
    "trusted": st.booleans(),
    "operation": st.sampled_from([None, "merge"]),
    "writable": st.booleans(),
    "commit": st.sampled_from(["c", None]),
    "fingerprint": st.sampled_from([BASELINE.fingerprint, Fingerprint("there")]),
}
ordinary_worlds, troubled_worlds = st.fixed_dictionaries(usual), st.fixed_dictionaries({**usual, **trouble})


CLOSED = {}  # what the store would say of the experiments of the walk


def result_of(draw, record):
    work = TABLE.states[record.state].work
    if work == "finalize":
        sessions = (replace(record.session, status="finalized"),) if record.session else ()
        return Finalized((), sessions, 0.0, PullRequest("t", "f", ()))
    if work == "undo":
        return Undone(CLOSED[record.ending.experiment], record.ending.kind)
    if work == "revive":
        return Revived(draw(usual["opening"]))
    if work == "land":
        return Landed("r", tuple(CLOSED[one.experiment] for one in record.waiting))
    return draw(RESULTS[work])


def next_step(draw, record, now):
    """A trigger, typed or fired, and the world that it meets."""
    facts = World(record, now=now, **draw(mostly(ordinary_worlds, troubled_worlds).flatmap(lambda worlds: worlds)))
    if TABLE.working(record.state):
        facts.trigger = draw(mostly(TABLE.states[record.state].then, "interrupted", "interrupted"))
        facts.result = result_of(draw, record) if facts.trigger != "interrupted" else None
        return facts
    offered = [offer.action for offer in offers.offered(TABLE, facts)]
    facts.trigger = draw(st.sampled_from([name for name in LOOP if name in offered] * 4 + offered + AGENT))
    return facts


def sound(record):
    """What is true of every record that can be reached."""
    counts, session, experiment = record.counts, record.session, record.experiment
    assert (experiment is not None) == (record.state in EXPERIMENT_STATES)
    assert counts.total == counts.kept + counts.discarded + counts.crashed + (experiment is not None)
    assert (record.request is not None) == TABLE.working(record.state)
    if session is not None:
        assert session.spent.experiments <= LIMIT
        assert len(session.wins) <= session.spent.experiments
        assert session.id <= counts.sessions
    if experiment is not None:
        assert session is not None
        assert experiment.session == session.id
        assert (experiment.measurement is not None) == (record.state == "evaluating")
    written = msgspec.json.encode(record)
    assert msgspec.json.encode(msgspec.json.decode(written, type=Record)) == written


def honest(record):
    """No state promises what its evaluation does not hold."""
    if record.state not in {"keepable", "keeping", "deferring"}:
        return
    evaluation = record.experiment.evaluation
    assert evaluation.decision == "keep"
    assert not {"guardrail_failed", "out_of_scope", "harness_changed"} & set(evaluation.failures)
    assert all(rail.passed is not False for rail in evaluation.guardrails)


def consistent(before, after, facts):
    """The documents of a step say what the record has forgotten."""
    written = documents.changed(before, after, facts)
    if before.experiment is not None and after.experiment is None:
        assert written.experiment.id == before.experiment.id
        assert written.experiment.status in {"kept", "discarded", "crashed"}
        assert written.experiment.closed == facts.now
    if before.session is not None and after.session is None:
        (closed,) = written.sessions
        assert closed.id == before.session.id
        assert closed.status in {"ended", "finalized"}
    if after.state in {"ready", "exhausted"}:
        assert after.baseline is not None
        assert after.incumbent is not None
    assert after.counts.total - before.counts.total in {0, 1}
    msgspec.json.encode(written)


@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking a walk takes minutes; the notes tell the way
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
def test_random_walks(data):
    record, now = data.draw(st.sampled_from(STARTS)), 0.0
    for _ in range(data.draw(st.integers(20, 60))):
        now += data.draw(st.sampled_from([0.0, 1.0, 20.0, -5.0]))
        facts = next_step(data.draw, record, now)
        allowed = offers.taken(TABLE, facts.trigger, facts)
        note(f"{record.state}: {facts.trigger} -> {allowed}")
        stepped = machine.step(TABLE, MACHINE, facts.trigger, facts)
        if isinstance(stepped, machine.Refusal):
            assert allowed is None
            assert stepped.reasons
            assert not TABLE.working(record.state) or facts.trigger in AGENT
            continue
        assert stepped.state == allowed
        sound(stepped)
        honest(stepped)
        consistent(record, stepped, facts)
        if record.experiment is not None:
            CLOSED[record.experiment.id] = record.experiment
        record = stepped


@settings(max_examples=40, deadline=None)
@given(st.lists(evaluations, min_size=LIMIT, max_size=LIMIT), st.booleans())
def test_a_whole_session_of_any_verdicts_ends_at_its_budget(results, keep_what_may_be_kept):
    """The straight way through: every experiment is opened, measured and decided, and then there is no more."""
    opening = Opening(limits=Limits(experiments=LIMIT), before="base")
    record = Record(state="ready", config_seal=CONFIG.digest, baseline=BASELINE, incumbent=INCUMBENT)
    for result in results:
        record = taken(record, "eval", tree="fresh", opening=opening, measurement=Measurement("fresh", 1))
        record = taken(record, "measured", result=replace(result, tree="fresh"))
        keeping = keep_what_may_be_kept and record.state == "keepable"
        record = taken(record, "keep" if keeping else "discard", tree="fresh")
        record = taken(record, *(("kept", Kept("c", "r", "t")) if keeping else ("discarded", Discarded("t"))))
    assert record.state == "exhausted"
    assert record.counts.total == record.session.spent.experiments == LIMIT
    for trigger in ("pre", "eval"):
        refused = machine.step(TABLE, MACHINE, trigger, World(record))
        assert [reason.code for reason in refused.reasons] == ["budget_experiments"]


def taken(record, trigger, result=None, **world):
    facts = World(record, trigger=trigger, result=result, **world)
    after = machine.step(TABLE, MACHINE, trigger, facts)
    assert isinstance(after, Record), after
    return after
