"""Whoever types what a refusal advises gets on: the advice is itself allowed, in every ordinary situation."""

from __future__ import annotations

import re

import pytest
from worlds import CONFIG, EXPERIMENT, SESSION, World, at, evaluation, replace

from autoloop import offers, workflow
from autoloop.errors import ConfigError
from autoloop.model import Counts, Ending, Fingerprint, GuardrailResult, Limits, Request, Spent, Waiting

TABLE = workflow.load()
BY_HAND = {
    "no_change",
    "config_invalid",
    "config_not_trusted",
    "config_changed",
    "already_measured",
    "experiment_open",
    "not_writable",
    "branch_moved",
}  # mending or changing code is no command
ALWAYS = {"next", "resume"}  # not triggers: they answer in every state

SPENT = replace(SESSION, limits=Limits(time=1.0))
WON = replace(SESSION, wins=(1,), spent=Spent(experiments=5))
FAILED = evaluation("discard", failures=("guardrail_failed",), guardrails=(GuardrailResult("tests", False),))
LUCK = evaluation("rerun", attempt=2)
TRESPASS = evaluation("discard", failures=("out_of_scope", "harness_changed"))

WAITING = (Waiting(1, "c1", "refs/heads/main"),)
DROPPED = Ending(1, "discard", Counts(total=1), 0)

WORLDS = {
    **{state: World(at(state)) for state, declared in TABLE.states.items() if declared.kind == "waiting"},
    "ready, session closed": World(at("ready", session=None)),
    "ready, time is over": World(at("ready", session=SPENT)),
    "ready, nothing changed": World(at("ready"), tree="base"),
    "ready, another machine": World(at("ready"), fingerprint=Fingerprint("there")),
    "ready, config edited": World(at("ready", config_seal="older")),
    "ready, eval edited": World(
        at("ready", config_seal=CONFIG.digest, baseline=replace(at("ready").baseline, config_digest="x"))
    ),
    "exhausted with wins": World(at("exhausted", session=WON, counts=Counts(total=5, kept=1, discarded=4))),
    "finalized, another session open": World(at("finalized", session=SESSION, counts=Counts(total=1, kept=1))),
    "ready, a win waits": World(at("ready", waiting=WAITING)),
    "ready, wins wait in a sandbox": World(at("ready", waiting=WAITING), writable=False),
    "ready, just discarded": World(at("ready", counts=Counts(total=1, discarded=1), ending=DROPPED)),
    "ready, moved on since the keep": World(at("ready", ending=replace(DROPPED, kind="keep", commit="older"))),
    "keepable, in a sandbox": World(at("keepable"), writable=False),
    "ready, config broken": World(at("ready"), config=ConfigError("config_invalid", "It is broken.", fix="edit it")),
    "ready, not approved": World(at("ready"), trusted=False),
    "editing, nothing changed": World(at("editing"), tree="base"),
    "editing, time is over": World(at("editing", session=SPENT)),
    "keepable, edited since": World(at("keepable"), tree="another"),
    "keepable, last of the budget": World(at("keepable", session=replace(SESSION, spent=Spent(experiments=5)))),
    "keepable, config edited": World(at("keepable", config_seal="older")),
    "discardable, guardrail": World(at("discardable", experiment=replace(EXPERIMENT, evaluation=FAILED))),
    "discardable, trespass": World(at("discardable", experiment=replace(EXPERIMENT, evaluation=TRESPASS))),
    "uncertain twice": World(at("uncertain", experiment=replace(EXPERIMENT, evaluation=LUCK))),
    "uncertain, time is over": World(at("uncertain", session=SPENT)),
    "crashed, time is over": World(at("crashed", session=SPENT)),
}
AGENT = [name for name, trigger in TABLE.triggers.items() if trigger.by == "agent"]


def typed(fix):
    """The trigger of the first command in ``fix``; None when a person must do something else first."""
    if not fix.startswith("autoloop "):
        return None
    words = re.match(r"autoloop ([a-z]+)(?: (start|end))?", fix)
    return "_".join(filter(None, words.groups()))


def first_reason(facts, trigger):
    """The reason that the error shows first: the gravest, and of those the first."""
    return max(offers.blockers(TABLE, trigger, facts), key=lambda reason: reason.exit, default=None)


@pytest.mark.parametrize("trigger", AGENT)
@pytest.mark.parametrize("situation", WORLDS)
def test_following_the_advice_ends_in_something_that_can_be_done(situation, trigger):
    facts = WORLDS[situation]
    chain = [trigger]
    while reason := first_reason(facts, chain[-1]):
        action = typed(reason.fix)
        if action is None:
            assert reason.code in BY_HAND, reason
            return
        if action in ALWAYS:
            return
        forced = "--force" in reason.fix and not facts.options
        if forced:
            facts = World(**{**vars(facts), "options": {"force": True}})
        assert action not in chain or forced, (chain, reason)
        chain.append(action)
    assert len(chain) <= 3, chain


@pytest.mark.parametrize("situation", WORLDS)
def test_there_is_always_something_to_do(situation):
    assert offers.offered(TABLE, WORLDS[situation])


@pytest.mark.parametrize("state", [name for name, declared in TABLE.states.items() if declared.kind == "working"])
def test_unfinished_work_comes_before_everything_else(state):
    facts = World(at(state, request=Request("eval")))
    for trigger in AGENT:
        (reason,) = offers.blockers(TABLE, trigger, facts)
        assert reason.code == "interrupted_work"
        assert reason.fix == "autoloop resume"


def test_a_refusal_names_everything_in_the_way_at_once():
    broken = ConfigError("config_invalid", "config.toml:3 is not valid.", why="no such key", fix="edit it")
    facts = World(at("ready", session=SPENT), tree="base", operation="merge", config=broken)
    codes = [reason.code for reason in offers.blockers(TABLE, "eval", facts)]
    assert codes == ["config_invalid", "git_operation", "budget_time", "no_change"]


def test_a_new_user_is_shown_the_whole_way():
    reasons = offers.blockers(TABLE, "eval", World(at("uninitialized")))
    assert [(reason.code, reason.fix) for reason in reasons] == [
        ("not_initialized", "autoloop init --verify"),
        ("config_unverified", "autoloop doctor"),
        ("no_baseline", "autoloop baseline"),
    ]


def test_keep_after_a_failed_guardrail_says_which():
    facts = World(at("discardable", experiment=replace(EXPERIMENT, evaluation=FAILED)))
    assert {reason.code for reason in offers.blockers(TABLE, "keep", facts)} == {"guardrail_failed", "verdict_discard"}


def test_where_several_outcomes_are_broken_the_nearest_is_explained():
    facts = World(at("ready"), options={"confirm": False})
    assert [reason.code for reason in offers.blockers(TABLE, "finalize", facts)] == ["no_wins"]
