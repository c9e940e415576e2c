"""Each guard: when it lets pass, when it does not, and what it then says."""

from __future__ import annotations

import msgspec
import pytest
from worlds import BASELINE, CONFIG, EXPERIMENT, HERE, INCUMBENT, SESSION, World, at, evaluation, replace

from autoloop.config import Config, Eval
from autoloop.errors import ConfigError
from autoloop.guards import GUARDS
from autoloop.model import Counts, Ending, Fingerprint, GuardrailResult, Limits, Spent, Waiting
from autoloop.outcomes import Calibrated, Check, Checked, HoldoutFailed, Undone

BROKEN = ConfigError("config_invalid", "config.toml:3 is not valid.", why="no such key", fix="edit it")
OTHER = Config(eval=Eval(command="false"))
SOFTER = msgspec.structs.replace(CONFIG, budget=msgspec.structs.replace(CONFIG.budget, experiments=9))


def limited(**limits):
    """A session that has used something of everything."""
    spent = Spent(experiments=3, eval_time=60.0, tokens=1_500_000, usd=2.0, failures=2, plateau=4)
    return replace(SESSION, limits=Limits(**limits), spent=spent)


def measured(decision, **more):
    return replace(EXPERIMENT, evaluation=evaluation(decision, **more))


def before(**changes):
    """An experiment whose candidate was measured earlier, and is being tried again."""
    return replace(EXPERIMENT, earlier=(evaluation(**changes),))


KEPT = Ending(1, "keep", Counts(total=1), 0, commit="c0")
HELD_BACK = Ending(1, "keep", Counts(total=1), 0)
DROPPED = Ending(1, "discard", Counts(total=1), 0)
WAITING = (Waiting(1, "c1", "refs/heads/main"),)

PASSING = {
    "initialized": [World(at("configured"))],
    "overwriting": [World(at("ready"), options={"force": True})],
    "config_decodes": [World(at("ready")), World(at("uninitialized"), config=BROKEN)],
    "trusted": [World(at("configured"))],
    "config_verified": [World(at("ready")), World(at("configured"), config=BROKEN)],
    "commands_proven": [
        World(at("checking"), result=Checked((Check("eval", "pass", "."), Check("load", "warn", "."))))
    ],
    "baseline_valid": [World(at("ready")), World(at("ready"), config=SOFTER), World(at("ready"), config=BROKEN)],
    "baseline_taken": [World(at("baselining"), result=Calibrated(INCUMBENT, BASELINE))],
    "no_git_operation": [World(at("ready"))],
    "commit_exists": [World(at("verified"))],
    "commit_wanted": [World(at("keepable")), World(at("keepable"), options={"commit": True})],
    "repository_writable": [World(at("ready"))],
    "none_waiting": [World(at("keepable"))],
    "wins_waiting": [World(at("ready", waiting=WAITING))],
    "ending_known": [World(at("ready", ending=KEPT))],
    "branch_at_win": [
        World(at("ready")),
        World(at("ready", ending=KEPT)),
        World(at("ready", ending=DROPPED), commit="elsewhere"),
        World(at("ready", ending=HELD_BACK), commit="elsewhere"),
    ],
    "candidates_exist": [World(at("ready", counts=Counts(total=1)))],
    "no_session_open": [World(at("ready", session=None))],
    "session_open": [World(at("ready"))],
    "usage_new": [
        World(at("ready"), options={"digest": "new"}),
        World(at("ready", session=replace(SESSION, ingested=("old",))), options={"digest": "new"}),
        World(at("ready", session=None), options={"digest": "old"}),
    ],
    "no_experiment_open": [World(at("ready"))],
    "experiment_open": [World(at("editing"))],
    "verdict_given": [World(at("keepable")), World(at("evaluating"), result=evaluation()), World(at("ready"))],
    "change_present": [World(at("editing"))],
    "tree_is_new": [
        World(at("editing")),
        World(at("ready")),
        World(at("discardable"), tree="another"),
        World(at("crashed")),
        World(at("editing", experiment=before(decision="keep"))),
        World(at("editing", experiment=before(decision="crash"))),
        World(at("editing", experiment=before(decision="rerun"))),
        World(at("editing", experiment=before(decision="discard")), tree="another"),
    ],
    "tree_as_measured": [World(at("keepable")), World(at("keepable", experiment=measured("keep", left="l")), tree="l")],
    "scope_respected": [World(at("keepable")), World(at("editing"))],
    "harness_untouched": [World(at("keepable")), World(at("editing"))],
    "guardrails_passed": [
        World(at("keepable")),
        World(at("evaluating"), result=evaluation(guardrails=(GuardrailResult("t", True), GuardrailResult("u", None)))),
    ],
    "metric_improved": [World(at("keepable")), World(at("evaluating"), result=evaluation())],
    "holdout_failed": [World(at("keeping"), result=HoldoutFailed())],
    "verdict_uncertain": [World(at("uncertain")), World(at("evaluating"), result=evaluation("rerun"))],
    "measurement_crashed": [World(at("crashed")), World(at("evaluating"), result=evaluation("crash"))],
    "rerun_left": [World(at("uncertain"))],
    "budget_left": [
        World(at("ready")),
        World(at("ready", session=None)),
        World(
            at(
                "ready",
                session=limited(experiments=4, eval_time=61.0, tokens=1_500_001, usd=2.1, failures=3, plateau=5),
            )
        ),
        World(at("ready", session=replace(SESSION, limits=Limits(tokens=1, usd=0.1)))),
        World(at("ready", session=replace(SESSION, limits=Limits(target=99.0)))),
    ],
    "budget_for_more": [
        World(at("crashed")),
        World(at("crashed", session=limited(experiments=3, failures=1, plateau=1))),
    ],
    "budget_left_after_keep": [
        World(at("keeping")),
        World(at("keeping", session=limited(failures=1, plateau=1))),
        World(at("keeping", session=replace(SESSION, limits=Limits(target=80.0)))),
        World(at("ready")),
    ],
    "budget_left_after_discard": [
        World(at("discarding")),
        World(at("discarding", session=limited(failures=1, plateau=6))),
        World(at("discarding", experiment=measured("discard"), session=replace(SESSION, limits=Limits(target=95.0)))),
    ],
    "wins_exist": [World(at("ready", counts=Counts(total=3, kept=1, discarded=2)))],
    "confirmation_wanted": [World(at("ready")), World(at("ready"), options={"confirm": True})],
}

BLOCKED = [
    ("initialized", World(at("uninitialized")), "not_initialized", "autoloop init"),
    ("overwriting", World(at("ready")), "already_initialized", "--force"),
    ("overwriting", World(at("ready"), options={"force": False}), "already_initialized", "--force"),
    ("config_decodes", World(at("ready"), config=BROKEN), "config_invalid", "edit it"),
    ("trusted", World(at("configured"), trusted=False), "config_not_trusted", "autoloop doctor --yes"),
    ("config_verified", World(at("configured")), "config_unverified", "autoloop doctor"),
    ("config_verified", World(at("ready"), config=OTHER), "config_changed", "autoloop doctor"),
    ("config_verified", World(at("ready"), config=SOFTER), "config_changed", "autoloop doctor"),
    ("config_verified", World(at("editing"), config=OTHER), "config_changed", "autoloop discard --revert"),
    ("commands_proven", World(at("checking"), result=Checked((Check("eval", "fail", "."),))), "unhealthy", "doctor"),
    ("commands_proven", World(at("checking")), "unhealthy", "autoloop doctor"),
    ("baseline_valid", World(at("verified")), "no_baseline", "autoloop baseline"),
    ("baseline_valid", World(at("ready"), config=OTHER), "baseline_stale", "autoloop baseline"),
    ("baseline_valid", World(at("editing"), config=OTHER), "baseline_stale", "autoloop discard --revert"),
    ("baseline_valid", World(at("ready"), fingerprint=Fingerprint("there")), "machine_changed", "autoloop baseline"),
    ("baseline_valid", World(at("crashed"), fingerprint=Fingerprint("there")), "machine_changed", "autoloop discard"),
    (
        "baseline_taken",
        World(at("baselining"), result=Calibrated(INCUMBENT, why=".")),
        "no_baseline",
        "autoloop doctor",
    ),
    ("baseline_taken", World(at("baselining")), "no_baseline", "autoloop doctor"),
    ("no_git_operation", World(at("ready"), operation="rebase"), "git_operation", "git"),
    ("commit_exists", World(at("verified"), commit=None), "no_commits", "git commit"),
    ("no_session_open", World(at("ready")), "session_open", "autoloop session end"),
    ("session_open", World(at("finalized")), "no_session", "autoloop session start"),
    (
        "usage_new",
        World(at("ready", session=replace(SESSION, ingested=("old",))), options={"digest": "old"}),
        "usage_counted",
        "autoloop status",
    ),
    ("no_experiment_open", World(at("editing")), "experiment_open", "autoloop eval"),
    ("no_experiment_open", World(at("keepable")), "experiment_open", "autoloop keep"),
    ("no_experiment_open", World(at("discardable")), "experiment_open", "autoloop discard"),
    ("no_experiment_open", World(at("uncertain")), "experiment_open", "autoloop rerun"),
    ("no_experiment_open", World(at("crashed")), "experiment_open", "mend the change"),
    ("experiment_open", World(at("ready")), "no_experiment", "autoloop pre"),
    ("verdict_given", World(at("editing")), "no_verdict", "autoloop eval"),
    ("change_present", World(at("editing"), tree="base"), "no_change", "change the code"),
    ("tree_is_new", World(at("keepable")), "already_measured", "autoloop keep"),
    ("tree_is_new", World(at("discardable")), "already_measured", "autoloop discard"),
    ("tree_is_new", World(at("uncertain")), "already_measured", "autoloop rerun"),
    (
        "tree_is_new",
        World(at("discardable", experiment=measured("discard", left="with litter")), tree="with litter"),
        "already_measured",
        "autoloop discard",
    ),
    (
        "tree_is_new",
        World(at("editing", experiment=before(decision="discard"))),
        "already_measured",
        "autoloop discard",
    ),
    (
        "tree_is_new",
        World(at("editing", experiment=before(decision="rerun", left="l", attempt=2)), tree="l"),
        "already_measured",
        "change the code",
    ),
    ("tree_as_measured", World(at("keepable"), tree="edited"), "tree_changed", "autoloop eval"),
    (
        "scope_respected",
        World(at("editing", experiment=measured("keep", failures=("out_of_scope",)))),
        "out_of_scope",
        "autoloop discard",
    ),
    (
        "harness_untouched",
        World(at("evaluating"), result=evaluation(failures=("harness_changed",))),
        "harness_changed",
        "autoloop discard",
    ),
    (
        "guardrails_passed",
        World(at("evaluating"), result=evaluation(failures=("guardrail_failed",))),
        "guardrail_failed",
        "autoloop discard",
    ),
    (
        "guardrails_passed",
        World(at("evaluating"), result=evaluation(reasons=(), guardrails=(GuardrailResult("tests", False),))),
        "guardrail_failed",
        "mend the change",
    ),
    ("metric_improved", World(at("discardable")), "verdict_discard", "autoloop discard"),
    ("metric_improved", World(at("uncertain")), "verdict_uncertain", "autoloop rerun"),
    ("metric_improved", World(at("crashed")), "verdict_crash", "autoloop discard"),
    ("metric_improved", World(at("keepable"), result=evaluation("discard", reasons=())), "verdict_discard", "discard"),
    ("holdout_failed", World(at("keeping")), "holdout_passed", "autoloop next"),
    ("verdict_uncertain", World(at("keepable")), "verdict_clear", "autoloop next"),
    ("verdict_uncertain", World(at("ready")), "verdict_clear", "autoloop next"),
    ("measurement_crashed", World(at("keepable")), "not_crashed", "autoloop next"),
    ("rerun_left", World(at("uncertain", experiment=measured("rerun", attempt=2))), "rerun_spent", "autoloop discard"),
    ("budget_left", World(at("exhausted")), "budget_experiments", "autoloop session end"),
    ("budget_left", World(at("ready", session=limited(experiments=3))), "budget_experiments", "autoloop session end"),
    ("budget_left", World(at("ready", session=limited(time=10.0))), "budget_time", "autoloop session end"),
    ("budget_left", World(at("ready", session=limited(eval_time=60.0))), "budget_eval_time", "autoloop session end"),
    ("budget_left", World(at("ready", session=limited(tokens=1_500_000))), "budget_tokens", "autoloop session end"),
    ("budget_left", World(at("ready", session=limited(usd=1.5))), "budget_usd", "autoloop session end"),
    ("budget_left", World(at("ready", session=limited(failures=2))), "budget_failures", "autoloop session end"),
    ("budget_left", World(at("ready", session=limited(plateau=4))), "budget_plateau", "autoloop session end"),
    ("budget_left", World(at("ready", session=limited(target=100.0))), "budget_target", "autoloop session end"),
    (
        "budget_left",
        World(at("ready", session=replace(limited(experiments=3), wins=(2,)))),
        "budget_experiments",
        "autoloop finalize",
    ),
    ("budget_left", World(at("keepable", session=limited(experiments=3))), "budget_experiments", "autoloop keep"),
    ("budget_for_more", World(at("uncertain", session=limited(time=10.0))), "budget_time", "autoloop discard"),
    ("budget_for_more", World(at("crashed", session=limited(eval_time=59.0))), "budget_eval_time", "autoloop discard"),
    ("budget_left_after_keep", World(at("keeping", session=limited(experiments=3))), "budget_experiments", "keep"),
    ("budget_left_after_keep", World(at("keeping", session=limited(target=90.0))), "budget_target", "keep"),
    (
        "budget_left_after_discard",
        World(at("discarding", session=limited(plateau=5))),
        "budget_plateau",
        "autoloop eval",
    ),
    (
        "budget_left_after_discard",
        World(at("discarding", experiment=measured("crash"), session=limited(failures=3))),
        "budget_failures",
        "autoloop",
    ),
    ("wins_exist", World(at("ready")), "no_wins", "autoloop pre"),
    ("wins_exist", World(at("exhausted")), "no_wins", "autoloop session end"),
    ("commit_wanted", World(at("keepable"), options={"commit": False}), "commit_declined", "autoloop keep --commit"),
    ("repository_writable", World(at("ready"), writable=False), "not_writable", "outside the sandbox"),
    ("none_waiting", World(at("keepable", waiting=WAITING)), "wins_wait", "autoloop land"),
    ("wins_waiting", World(at("ready")), "nothing_waits", "autoloop next"),
    ("ending_known", World(at("ready")), "nothing_to_undo", "autoloop next"),
    ("ending_known", World(at("ready", counts=Counts(total=3))), "nothing_to_undo", "autoloop revive N"),
    ("branch_at_win", World(at("ready", ending=KEPT), commit="elsewhere"), "branch_moved", "git revert c0"),
    ("candidates_exist", World(at("ready")), "no_candidates", "autoloop pre"),
    ("verdict_given", World(at("undoing"), result=Undone(EXPERIMENT, "discard")), "no_verdict", "autoloop eval"),
    ("confirmation_wanted", World(at("ready"), options={"confirm": False}), "confirmation_declined", "finalize"),
]


def test_every_guard_has_a_passing_and_a_blocking_case():
    assert set(PASSING) == set(GUARDS)
    assert {name for name, *_ in BLOCKED} == set(GUARDS)


@pytest.mark.parametrize(("name", "facts"), [(name, facts) for name, cases in PASSING.items() for facts in cases])
def test_passes(name, facts):
    assert GUARDS[name](facts) is None


@pytest.mark.parametrize(("name", "facts", "code", "fix"), BLOCKED)
def test_blocks(name, facts, code, fix):
    blocked = GUARDS[name](facts)
    assert blocked is not None
    assert blocked.code == code
    assert fix in blocked.fix
    assert blocked.why
    assert not blocked.why.endswith("."), "reasons are joined by semicolons"


def test_a_guard_that_needs_no_git_asks_no_git():
    class Stingy(World):
        @property
        def tree(self):
            raise AssertionError("the work tree was asked")

        @tree.setter
        def tree(self, value):
            pass

    free = set(GUARDS) - {"change_present", "tree_is_new", "tree_as_measured"}
    for name in free:
        GUARDS[name](Stingy(at("keepable")))


def test_a_wrong_config_is_said_in_its_own_words_and_with_its_own_exit_code():
    blocked = GUARDS["config_decodes"](World(at("ready"), config=BROKEN))
    assert blocked.why == "config.toml:3 is not valid. no such key"
    assert blocked.fix == "edit it"
    assert blocked.exit == 3


@pytest.mark.parametrize(
    ("name", "facts", "code"),
    [
        ("no_git_operation", World(at("ready"), operation="merge"), 5),
        ("commit_exists", World(at("ready"), commit=None), 5),
        ("budget_left", World(at("exhausted")), 6),
        ("initialized", World(at("uninitialized")), 1),
    ],
)
def test_exit_codes_tell_the_kinds_of_refusal_apart(name, facts, code):
    assert GUARDS[name](facts).exit == code


def test_the_reasons_of_the_verdict_are_handed_on():
    facts = World(
        at("evaluating"), result=evaluation(failures=("guardrail_failed",), reasons=("tests failed", "2 of 9"))
    )
    assert GUARDS["guardrails_passed"](facts).why == "tests failed; 2 of 9"
    nameless = World(at("evaluating"), result=evaluation(reasons=(), guardrails=(GuardrailResult("tests", False),)))
    assert GUARDS["guardrails_passed"](nameless).why == "failed: tests"


def test_the_machine_that_measured_the_baseline_is_compared_by_digest_only():
    known = replace(BASELINE, fingerprint=replace(HERE, facts={"cpu": "x"}))
    assert GUARDS["baseline_valid"](World(at("ready", baseline=known))) is None


def test_the_target_is_judged_in_the_metrics_direction():
    upwards = replace(BASELINE, direction="higher_is_better")
    session = replace(SESSION, limits=Limits(target=100.0))
    for value, code in ((99.0, None), (100.0, "budget_target"), (101.0, "budget_target")):
        record = at("ready", baseline=upwards, session=session, incumbent=replace(INCUMBENT, value=value))
        blocked = GUARDS["budget_left"](World(record))
        assert (blocked.code if blocked else None) == code
