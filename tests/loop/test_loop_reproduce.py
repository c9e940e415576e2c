"""``reproduce``, and what finalize hands to a reviewer."""

from __future__ import annotations

import pytest


@pytest.fixture
def won(world):
    """Two wins that share no path."""
    world.write("other.txt", "1\n")
    world.git("add", "-A")
    world.git("commit", "-qm", "another file")
    world.win("80", "a | cheaper <b>way</b>")
    return world


def untouched(world):
    return (
        world.git("status", "--porcelain"),
        world.git("rev-parse", "HEAD"),
        (world.root / ".git/index").read_bytes(),
    )


def test_a_win_is_measured_again_without_touching_anything(won):
    won.write("cost.txt", "1\n")
    won.write("new.txt", "mine\n")
    won.git("add", "new.txt")
    before, state = untouched(won), won.state()
    found = won.result("reproduce", "1")
    assert found["commit"] == won.git("rev-parse", "HEAD").strip()
    assert found["parent"] == won.git("rev-parse", "HEAD~1").strip()
    assert found["measured"]["percent"] == pytest.approx(20)
    assert found["recorded"]["percent"] == pytest.approx(20)
    assert found["reproduced"] is True
    assert (found["before"], found["after"]) == (100, 80)
    assert untouched(won) == before
    assert won.state() == state
    assert won.read("cost.txt") == "1\n"
    assert len(won.git("worktree", "list").splitlines()) == 1
    assert not list((won.root / ".autoloop/scratch").glob("reproduce-*"))


def test_people_read_the_effect_beside_the_recorded_one(won):
    said = won.run("reproduce", "1", "--pairs", "3").stdout
    assert "on record" in said
    assert "3 interleaved pairs" in said
    assert "shows again" in said


def test_what_was_discarded_can_be_looked_at_too_until_git_forgets_it(world):
    world.result("pre", "--description", "worse")
    world.write("cost.txt", "120\n")
    world.result("eval")
    world.result("discard", "--revert")
    found = world.result("reproduce", "1")
    assert found["reproduced"] is False
    assert found["measured"]["percent"] < 0
    assert found["commit"] is None
    for ref in world.git("for-each-ref", "--format=%(refname)", "refs/autoloop/").split():
        world.git("update-ref", "-d", ref)
    world.git("-c", "gc.reflogExpire=now", "gc", "-q", "--prune=now")
    assert world.refused("reproduce", "1", code=3)["code"] == "candidate_pruned"


def test_what_cannot_be_reproduced_is_refused(world):
    assert world.refused("reproduce", "1", code=2)["code"] == "experiment_unknown"
    world.result("pre", "--description", "nothing yet")
    assert world.refused("reproduce", "1", code=3)["code"] == "not_measured"


def test_failing_runs_are_told(won):
    won.git("rm", "-q", "--cached", "bench.py")
    won.git("commit", "-qm", "the benchmark is not in git")
    won.result("pre", "--description", "without a benchmark")
    won.write("cost.txt", "60\n")
    assert won.result("eval")["verdict"] == "keep"
    won.result("keep")
    assert won.refused("reproduce", "2", code=4)["code"] == "runs_failed"
    assert not list((won.root / ".autoloop/scratch").glob("reproduce-*"))


def test_the_commit_and_the_request_tell_a_reviewer_what_they_need(won):
    won.result("pre", "--description", "smaller")
    won.write("cost.txt", "70\n")
    won.result("eval")
    won.result("keep")
    trailers = won.git("log", "-1", "--format=%(trailers)")
    for name in ("Effect: +12.50 %", "Interval: ", "Samples: ", "Guardrails: tests, size 50 <= 52.5 (5 % above the "):
        assert f"AutoLoop-{name}" in trailers
    found = won.result("finalize")
    text = won.read(found["pr"]["body_file"])
    assert "| **confirmed** | **+30.00 %" in text
    assert "| claimed | +" in text
    assert "a \\| cheaper &lt;b&gt;way&lt;/b&gt;" in text
    assert "autoloop reproduce 1\nautoloop reproduce 2" in text
    assert f"git worktree add --detach ../tip {found['branches'][0]['head'][:12]}" in text
    assert "- command: `python3 bench.py`" in text
    assert "- machine: " in text
    assert f"`{found['branches'][0]['commits'][0][:10]}`" in text
