"""What steps do to the record: counts, ledger, incumbent, claims."""

from __future__ import annotations

import msgspec
import pytest
from worlds import BASELINE, CONFIG, EXPERIMENT, HERE, INCUMBENT, OPENING, SESSION, World, at, evaluation, replace

from autoloop import documents, machine, workflow
from autoloop.config import Config, Eval
from autoloop.errors import ConfigError
from autoloop.model import (
    Ablated,
    Best,
    Confirmation,
    Counts,
    Fingerprint,
    Improvement,
    Incumbent,
    Learned,
    Limits,
    Measurement,
    Noise,
    Record,
    Request,
    Spent,
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
    PullRequest,
)
from autoloop.updates import UPDATES

TABLE = workflow.load()
UP = replace(BASELINE, direction="higher_is_better")
KEPT = Kept("c1", "refs/heads/main", tree="kept-tree", remembered={"tree": "kept-tree"})
DISCARDED = Discarded("rest-tree", {"tree": "rest-tree"}, trash="refs/autoloop/loop/1/trash", reason="too slow")


def stepped(transitions, facts, trigger, **asked):
    """The record after ``trigger``; it must have been allowed."""
    for name, value in {"trigger": trigger, **asked}.items():
        setattr(facts, name, value)
    after = machine.step(TABLE, transitions, trigger, facts)
    assert isinstance(after, Record), after
    return after


def verdict_of(expected, **more):
    return evaluation(improvement=Improvement(expected=expected), **more)


def keep(record, facts=None):
    return UPDATES["close_kept"](record, facts or World(record, result=KEPT))


# --- setting up


def test_a_new_workspace_gets_a_name_of_its_own(transitions):
    after = stepped(transitions, World(Record()), "init")
    assert (after.state, after.loop) == ("configured", "fresh")


def test_a_replaced_configuration_is_unproven_but_the_name_stays(transitions):
    after = stepped(transitions, World(at("ready")), "init", options={"force": True})
    assert (after.state, after.config_seal, after.loop) == ("configured", "", "loop")
    nameless = UPDATES["forget_seal"](Record(state="configured"), World(Record()))
    assert nameless.loop == "fresh"


def test_doctor_seals_the_configuration_that_it_ran(transitions):
    asked = stepped(transitions, World(at("configured")), "doctor", options={"agent": "x"})
    assert asked.request == Request("doctor", {"agent": "x"})
    found = Checked((Check("eval", "pass", "."),), durations={"eval": 2.0})
    asked = replace(asked, durations={"tests": 9.0, "eval": 1.0})
    after = stepped(transitions, World(asked), "checked", result=found)
    assert (after.state, after.config_seal, after.request) == ("verified", CONFIG.digest, None)
    assert after.durations == {"tests": 9.0, "eval": 2.0}


@pytest.mark.parametrize(
    ("session", "state"), [(SESSION, "ready"), (None, "ready"), (at("exhausted").session, "exhausted")]
)
def test_a_healthy_doctor_in_the_middle_of_things_goes_back_to_them(transitions, session, state):
    record = at("checking", baseline=BASELINE, incumbent=INCUMBENT, session=session)
    assert stepped(transitions, World(record), "checked", result=Checked(())).state == state


def test_a_configuration_that_is_edited_while_doctor_runs_is_not_the_proven_one(transitions):
    found = Checked((), config_digest=CONFIG.digest)
    for meanwhile in (Config(eval=Eval(command="false")), ConfigError("config_invalid", "broken")):
        after = stepped(transitions, World(at("checking"), config=meanwhile), "checked", result=found)
        assert (after.state, after.config_seal) == ("verified", CONFIG.digest)
    unread = stepped(transitions, World(at("checking"), config=meanwhile), "checked", result=Checked(()))
    assert unread.config_seal == ""


def test_a_failed_check_takes_the_seal_away(transitions):
    record = at("checking", config_seal="old", request=Request("doctor"))
    after = stepped(transitions, World(record), "checked", result=Checked((Check("eval", "fail", "."),)))
    assert (after.state, after.config_seal, after.request) == ("configured", "", None)


# --- the baseline


def test_a_first_baseline_is_the_incumbent_and_the_best(transitions):
    record = at("baselining", request=Request("baseline"), durations={"a": 1.0})
    found = Calibrated(INCUMBENT, BASELINE, durations={"eval": 3.0})
    after = stepped(transitions, World(record), "baselined", result=found)
    assert (after.state, after.baseline, after.incumbent, after.request) == ("ready", BASELINE, INCUMBENT, None)
    assert after.best == Best(None, 100.0)
    assert after.durations == {"a": 1.0, "eval": 3.0}


def test_a_new_baseline_refreshes_the_samples_of_the_win_that_is_in_place():
    record = at("ready", incumbent=replace(INCUMBENT, experiment=4, value=80.0), best=Best(4, 80.0))
    fresh = Incumbent(value=85.0, samples=(85.0, 86.0), tree="t", noise=Noise(0.1, 3.0))
    measured = replace(BASELINE, value=85.0, metrics={"ms": 85.0})
    after = UPDATES["adopt_baseline"](record, World(record, result=Calibrated(fresh, measured)))
    assert after.incumbent == replace(fresh, experiment=4)
    assert after.best == Best(4, 85.0)
    assert (after.session.baseline_value, after.session.baseline_metrics) == (85.0, {"ms": 85.0})


def test_a_failed_baseline_leaves_what_was_known(transitions):
    record = at("baselining", baseline=BASELINE, incumbent=INCUMBENT, request=Request("baseline"))
    after = stepped(transitions, World(record), "baselined", result=Calibrated(INCUMBENT, why="no number"))
    assert after == replace(record, state="verified", request=None)


# --- sessions


def test_a_session_starts_from_the_incumbent_of_the_moment(transitions):
    incumbent = replace(INCUMBENT, value=70.0, experiment=3, metrics={"ms": 70.0, "mb": 5.0}, tree="win")
    record = at("ready", session=None, incumbent=incumbent, counts=Counts(total=3, kept=3, sessions=1), streak=3)
    opening = replace(OPENING, name="latency", goal="faster", branch="b", limits=Limits(tokens=9), tokens_known=0)
    after = stepped(transitions, World(record, now=50.0, opening=opening), "session_start")
    session = after.session
    assert (session.id, session.name, session.goal, session.branch) == (2, "latency", "faster", "b")
    assert (session.opened, session.base_commit, session.base_tree) == (50.0, "c0", "win")
    assert (session.limits, session.spent) == (Limits(tokens=9), Spent(tokens=0))
    assert (session.first_experiment, session.baseline_value) == (4, 70.0)
    assert session.baseline_metrics == {"ms": 70.0, "mb": 5.0}
    assert (after.counts.sessions, after.last_session, after.streak) == (2, 2, 0)


def test_a_session_without_a_name_is_numbered(transitions):
    after = stepped(transitions, World(at("finalized")), "session_start")
    assert (after.session.name, after.session.baseline_metrics) == ("session-2", {"ms": 100.0})


def test_ending_a_session_leaves_its_document(transitions):
    facts = World(at("ready"), now=99.0)
    after = stepped(transitions, facts, "session_end")
    assert (after.session, after.last_session) == (None, 1)
    (document,) = documents.changed(facts.record, after, facts).sessions
    assert (document.status, document.closed, document.outcome) == ("ended", 99.0, "ended")


def test_an_exhausted_session_is_ended_and_the_next_one_begins(transitions):
    after = stepped(transitions, World(at("exhausted")), "session_end")
    again = stepped(transitions, World(after), "pre")
    assert (again.state, again.session.id, again.session.spent.experiments) == ("editing", 2, 1)


# --- experiments


@pytest.mark.parametrize(("trigger", "state"), [("pre", "editing"), ("eval", "evaluating")])
def test_an_experiment_counts_from_its_beginning_and_opens_a_session_when_none_is_open(transitions, trigger, state):
    record = at("finalized", counts=Counts(total=7, kept=2, discarded=4, crashed=1, sessions=3))
    opening = replace(OPENING, description="Use a *map*", remembered={"a": 1}, refs={"before": "r"}, before="start")
    facts = World(record, now=20.0, opening=opening)
    after = stepped(transitions, facts, trigger)
    experiment, session = after.experiment, after.session
    assert after.state == state
    assert (experiment.id, experiment.slug, experiment.description) == (8, "use-a-map", "Use a *map*")
    assert (experiment.session, experiment.opened, experiment.base_commit) == (4, 20.0, "c0")
    assert (experiment.before, experiment.remembered, experiment.refs) == ("start", {"a": 1}, {"before": "r"})
    assert (session.id, session.spent.experiments, session.first_experiment) == (4, 1, 8)
    assert after.counts == Counts(total=8, kept=2, discarded=4, crashed=1, sessions=4)
    written = documents.changed(record, after, facts)
    assert (written.experiment, written.sessions, written.baseline) == (experiment, (session,), None)


def test_an_experiment_knows_what_it_is_judged_against(transitions):
    record = at("ready", incumbent=replace(INCUMBENT, experiment=6))
    assert stepped(transitions, World(record), "pre").experiment.incumbent == 6


def test_a_measurement_is_noted_before_it_begins(transitions):
    facts = World(at("discardable"), tree="another", measurement=Measurement("another", seed=3))
    after = stepped(transitions, facts, "eval", options={"description": "Second idea"})
    assert after.experiment.measurement == Measurement("another", seed=3)
    assert (after.experiment.evaluation, after.experiment.earlier) == (None, (facts.record.experiment.evaluation,))
    assert (after.experiment.description, after.experiment.slug) == ("Second idea", "second-idea")
    assert after.request == Request("eval")
    assert after.session.spent.experiments == 1


def test_a_rerun_keeps_the_first_answer(transitions):
    after = stepped(transitions, World(at("uncertain")), "rerun")
    assert [earlier.decision for earlier in after.experiment.earlier] == ["rerun"]
    assert (after.experiment.description, after.request) == ("try", Request("rerun"))


VERDICTS = [
    (evaluation("keep"), "keepable"),
    (evaluation("discard"), "discardable"),
    (evaluation("rerun"), "uncertain"),
    (evaluation("crash"), "crashed"),
    (evaluation("keep", failures=("guardrail_failed",)), "discardable"),
    (evaluation("keep", failures=("out_of_scope",)), "discardable"),
    (evaluation("keep", failures=("harness_changed",)), "discardable"),
    (evaluation("rerun", failures=("guardrail_failed",)), "discardable"),
    (evaluation("crash", failures=("eval_failed", "guardrail_failed")), "crashed"),
]


@pytest.mark.parametrize(("result", "state"), VERDICTS)
def test_the_verdict_is_a_state_and_its_cost_is_counted(transitions, result, state):
    record = at("evaluating", request=Request("eval"))
    record = replace(record, session=replace(record.session, spent=Spent(experiments=1, eval_time=5.0)))
    after = stepped(transitions, World(record), "measured", result=result)
    assert after.state == state
    assert (after.experiment.evaluation, after.experiment.measurement) == (result, None)
    assert (after.experiment.paths, after.request) == (("src/a.py",), None)
    assert after.experiment.crashes == (state == "crashed")
    assert after.session.spent == Spent(experiments=1, eval_time=7.0)


def test_a_stopped_measurement_leaves_the_experiment_open(transitions):
    after = stepped(transitions, World(at("evaluating", request=Request("eval"))), "interrupted")
    assert (after.state, after.experiment, after.request) == ("editing", EXPERIMENT, None)


@pytest.mark.parametrize("state", ["keepable", "discardable", "uncertain", "crashed", "editing"])
def test_a_discard_that_fails_leads_back_to_where_it_was_asked(transitions, state):
    record = at(state)
    asked = stepped(transitions, World(record), "discard")
    assert asked.state == "discarding"
    assert stepped(transitions, World(asked), "interrupted") == record


def test_a_keep_that_fails_leads_back_to_where_it_was_asked(transitions):
    asked = stepped(transitions, World(at("keepable")), "keep", options={"description": "d"})
    assert asked.request == Request("keep", {"description": "d"})
    assert stepped(transitions, World(asked), "interrupted") == at("keepable")


@pytest.mark.parametrize("state", ["ready", "exhausted"])
def test_a_finalize_that_fails_leads_back_to_where_it_was_asked(transitions, state):
    record = at(state, counts=Counts(total=1, kept=1, sessions=1))
    for confirm in (True, False):
        asked = stepped(transitions, World(record), "finalize", options={"confirm": confirm})
        assert asked.state == ("confirming" if confirm else "finalizing")
        assert stepped(transitions, World(asked), "interrupted") == record


# --- keeping


def test_a_kept_candidate_is_the_new_incumbent(transitions):
    noise = Noise(0.5, 4.0)
    learned = Learned(noise, deterministic=True, if_kept=(90.0, 91.0), if_discarded=(100.0,))
    result = evaluation(learned=learned, metrics={"ms": 90.0, "mb": 3.0})
    record = at("keeping", request=Request("keep"), streak=-2)
    record = replace(record, experiment=replace(record.experiment, evaluation=result))
    facts = World(record, now=30.0)
    after = stepped(transitions, facts, "kept", result=KEPT)
    expected = Incumbent(
        90.0, (90.0, 91.0), "kept-tree", 1, noise, True, {"ms": 90.0, "mb": 3.0}, {"tree": "kept-tree"}
    )
    assert after.incumbent == expected
    assert (after.state, after.experiment, after.request, after.streak) == ("ready", None, None, 1)
    assert after.counts == Counts(total=1, kept=1, sessions=1)
    assert (after.session.wins, after.session.spent.plateau) == ((1,), 0)
    document = documents.changed(record, after, facts).experiment
    assert (document.status, document.closed, document.commit) == ("kept", 30.0, "c1")


def test_without_lessons_the_candidates_value_stands_for_it():
    assert keep(at("keeping")).incumbent.samples == (90.0,)


@pytest.mark.parametrize(
    ("baseline", "gains", "claimed"),
    [
        (BASELINE, (10.0, 10.0), 19.0),  # 100 -> 90 -> 81
        (BASELINE, (50.0, 50.0, 50.0), 87.5),
        (UP, (10.0, 10.0), 21.0),  # 100 -> 110 -> 121
        (UP, (100.0, 100.0), 300.0),
        (BASELINE, (None,), 0.0),
    ],
)
def test_claims_are_compounded_in_the_metrics_direction(baseline, gains, claimed):
    record = at("keeping", baseline=baseline)
    for number, gain in enumerate(gains, 1):
        experiment = replace(EXPERIMENT, id=number, evaluation=verdict_of(gain))
        record = keep(replace(record, experiment=experiment))
    assert record.session.claimed == pytest.approx(claimed)
    assert record.session.wins == tuple(range(1, len(gains) + 1))


@pytest.mark.parametrize(
    ("baseline", "values", "best"),
    [
        (BASELINE, (90.0, 80.0, 85.0), Best(2, 80.0)),
        (UP, (110.0, 130.0, 120.0), Best(2, 130.0)),
        (BASELINE, (90.0, 90.0), Best(1, 90.0)),
        (UP, (110.0, 110.0), Best(1, 110.0)),
    ],
)
def test_the_best_is_the_first_that_nobody_beat(baseline, values, best):
    record = at("keeping", baseline=baseline)
    for number, value in enumerate(values, 1):
        record = keep(replace(record, experiment=replace(EXPERIMENT, id=number, evaluation=evaluation(value=value))))
    assert record.best == best


# --- discarding


def test_a_discarded_experiment_leaves_the_incumbent_and_its_lessons(transitions):
    learned = Learned(Noise(0.5, 4.0), if_kept=(90.0,), if_discarded=(100.0, 102.0))
    experiment = replace(EXPERIMENT, evaluation=evaluation("discard", learned=learned), refs={"before": "b"})
    record = at("discarding", experiment=experiment, request=Request("discard"), streak=4)
    facts = World(record, now=40.0)
    after = stepped(transitions, facts, "discarded", result=DISCARDED)
    assert after.incumbent == replace(
        INCUMBENT, samples=(100.0, 102.0), noise=Noise(0.5, 4.0), tree="rest-tree", remembered={"tree": "rest-tree"}
    )
    assert (after.state, after.experiment, after.request, after.streak) == ("ready", None, None, -1)
    assert (after.counts, after.session.spent.plateau) == (Counts(total=1, discarded=1, sessions=1), 1)
    document = documents.changed(record, after, facts).experiment
    assert (document.status, document.closed, document.reason) == ("discarded", 40.0, "too slow")
    assert document.refs == {"before": "b", "trash": "refs/autoloop/loop/1/trash"}


def test_an_experiment_that_was_never_measured_teaches_nothing(transitions):
    facts = World(at("discarding"))
    after = stepped(transitions, facts, "discarded", result=Discarded("base"))
    assert after.incumbent == INCUMBENT
    document = documents.changed(facts.record, after, facts).experiment
    assert (document.status, document.reason, document.refs) == ("discarded", "not evaluated", {})


def test_a_crash_counts_as_a_failure_until_something_works(transitions):
    crashed = replace(EXPERIMENT, evaluation=evaluation("crash"))
    session = replace(SESSION, spent=Spent(experiments=1, failures=1))
    facts = World(at("discarding", experiment=crashed, session=session))
    after = stepped(transitions, facts, "discarded", result=Discarded("base"))
    assert (after.counts.crashed, after.counts.discarded, after.session.spent.failures) == (1, 0, 2)
    document = documents.changed(facts.record, after, facts).experiment
    assert (document.status, document.reason) == ("crashed", "said so")
    well = at("discarding", experiment=replace(EXPERIMENT, evaluation=evaluation("discard")), session=after.session)
    assert stepped(transitions, World(well), "discarded", result=Discarded("base")).session.spent.failures == 0


def test_the_streak_tells_runs_of_wins_from_runs_of_losses():
    record, seen = at("keeping"), []
    for ending in "kkdddkd":
        record = replace(record, experiment=replace(EXPERIMENT, evaluation=evaluation()))
        name, result = {"k": ("close_kept", KEPT), "d": ("close_discarded", DISCARDED)}[ending]
        record = UPDATES[name](record, World(record, result=result))
        seen.append(record.streak)
    assert seen == [1, 2, -1, -2, -3, 1, -1]


# --- the end of the budget


@pytest.mark.parametrize(("used", "state"), [(4, "ready"), (5, "exhausted")])
@pytest.mark.parametrize(
    ("source", "trigger", "result"), [("keeping", "kept", KEPT), ("discarding", "discarded", DISCARDED)]
)
def test_the_last_experiment_exhausts_the_session(transitions, used, state, source, trigger, result):
    record = at(source)
    record = replace(record, session=replace(record.session, spent=Spent(experiments=used)))
    assert stepped(transitions, World(record), trigger, result=result).state == state


def test_a_reached_target_and_a_plateau_exhaust_the_session_too(transitions):
    aiming = at("keeping", session=replace(SESSION, limits=Limits(target=90.0)))
    assert stepped(transitions, World(aiming), "kept", result=KEPT).state == "exhausted"
    stuck = at("discarding", session=replace(SESSION, limits=Limits(plateau=2), spent=Spent(plateau=1)))
    assert stepped(transitions, World(stuck), "discarded", result=DISCARDED).state == "exhausted"
    winning = at("keeping", session=replace(SESSION, limits=Limits(plateau=2), spent=Spent(plateau=1)))
    assert stepped(transitions, World(winning), "kept", result=KEPT).state == "ready"


# --- finalizing


def finalized(*sessions):
    return Finalized((), sessions, claimed_percent=9.0, pr=PullRequest("t", "f", ()))


def test_the_gain_measured_again_travels_with_the_request(transitions):
    record = at("confirming", request=Request("finalize", {"name": "x"}))
    measured = Confirmation(8.0, 6.0, 10.0, pairs=5, base_value=100.0, tip_value=92.0)
    found = Confirmed(measured, ablation=(Ablated(1, helps=True, percent=4.0),), holdout=True)
    after = stepped(transitions, World(record), "confirmed", result=found)
    assert after.state == "finalizing"
    assert after.request.options["name"] == "x"
    assert msgspec.convert(after.request.options["confirmed"], Confirmed) == found


def test_a_keep_that_the_hidden_check_refuses_is_a_discard_from_then_on(transitions):
    record = at("keeping", request=Request("keep"))
    after = stepped(transitions, World(record), "kept", result=HoldoutFailed("the hidden check failed"))
    assert (after.state, after.request, after.counts) == ("discardable", None, record.counts)
    evaluation = after.experiment.evaluation
    assert (evaluation.decision, evaluation.failures) == ("discard", ("holdout_failed",))
    assert evaluation.reasons == ("the hidden check failed", "said so")
    refused = machine.step(TABLE, transitions, "keep", World(after))
    assert [reason.code for reason in refused.reasons] == ["verdict_discard"]


def test_finalizing_the_open_session_closes_it(transitions):
    facts = World(at("finalizing", request=Request("finalize")))
    closed = replace(SESSION, status="finalized")
    after = stepped(transitions, facts, "built", result=finalized(closed))
    assert (after.state, after.session, after.request) == ("finalized", None, None)
    assert documents.changed(facts.record, after, facts).sessions == (closed,)


def test_finalizing_an_older_session_leaves_the_open_one_open(transitions):
    facts = World(at("finalizing", session=replace(SESSION, id=2), request=Request("finalize")))
    after = stepped(transitions, facts, "built", result=finalized(replace(SESSION, status="finalized")))
    assert (after.state, after.session.id) == ("finalized", 2)
    ended = stepped(transitions, World(after), "session_end")
    assert (ended.state, ended.session) == ("ready", None)


# --- documents


def test_steps_that_change_no_document_write_none(transitions):
    facts = World(at("keepable"))
    after = stepped(transitions, facts, "keep")
    assert documents.changed(facts.record, after, facts) == documents.Documents()


def test_a_new_baseline_is_a_document(transitions):
    facts = World(at("baselining", session=SESSION))
    after = stepped(transitions, facts, "baselined", result=Calibrated(INCUMBENT, BASELINE))
    written = documents.changed(facts.record, after, facts)
    assert (written.baseline, written.experiment) == (BASELINE, None)
    assert written.sessions == (after.session,)


def test_a_work_that_hands_over_the_wrong_thing_is_a_bug(transitions):
    with pytest.raises(TypeError, match="expected Kept, got Discarded"):
        machine.step(TABLE, transitions, "kept", World(at("keeping"), result=DISCARDED))


def test_another_machine_does_not_find_its_baseline_by_doctor_alone(transitions):
    record = at("checking", baseline=replace(BASELINE, fingerprint=Fingerprint("there")), incumbent=INCUMBENT)
    assert stepped(transitions, World(record, fingerprint=HERE), "checked", result=Checked(())).state == "verified"
