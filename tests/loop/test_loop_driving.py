"""Driving from outside: back-off when the provider turns a call away, one driver at a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from gated import alive, until

TURNED_AWAY = """\
echo call >> "$HOME/calls"
if [ "$(wc -l < "$HOME/calls")" -le {times} ]; then
  echo '{{"type":"error","message":"exceeded retry limit, last status: 429 Too Many Requests"}}'
  echo '429 Too Many Requests' >&2
  exit 1
fi
echo 80 > cost.txt
echo '{{"type":"thread.started","thread_id":"t"}}'
echo '{{"type":"item.completed","item":{{"type":"agent_message","text":"DESCRIPTION: cheaper"}}}}'
echo '{{"type":"turn.completed","usage":{{"input_tokens":100,"cached_input_tokens":0,"output_tokens":20}}}}'
"""


@pytest.fixture
def agent(world, tmp_path):
    """Makes the program that stands in for an agent, and answers with the options that name it."""

    def made(text: str, kind: str) -> tuple[str, ...]:
        if kind == "agent-cmd":
            (tmp_path / "agent.sh").write_text(text)
            return "--agent-cmd", f"sh {tmp_path / 'agent.sh'} {{prompt_file}}"
        folder = tmp_path / "bin"
        folder.mkdir()
        version = 'if [ "$1" = --version ]; then echo codex-cli 0.169.0; exit; fi'
        (folder / "codex").write_text(f"#!/bin/sh\n{version}\n{text}")
        (folder / "codex").chmod(0o755)
        world.env["PATH"] = f"{folder}:{world.env['PATH']}"
        return "--agent", "codex"

    return made


def run(world, *options: str, code: int | None = 0) -> dict:
    bounds = ("--goal", "cheaper", "--experiments", "1", "--retry-wait", "10ms")
    return world.result("run", *bounds, *options, code=code)


def calls(world) -> list[str]:
    return [call["event"] for call in world.result("show", "1")["experiment"]["calls"]]


SLOW = """\
touch "$HOME/asked"
while [ -e "$HOME/wait" ]; do sleep 0.05; done
echo $(( $(cat cost.txt) - 10 )) > cost.txt
"""


def killed_while_asking(world, proposer: str, *bounds: str) -> tuple[str, ...]:
    """A driver killed while its proposer was at work; the answer is its command, which is not held up any more."""
    home = Path(world.env["HOME"])
    (home / "wait").touch()
    (home / "propose.sh").write_text(proposer)
    command = ("run", "--propose", f"sh {home}/propose.sh", *bounds)
    process = world.start(*command)
    until((home / "asked").exists)
    process.kill()
    process.communicate(timeout=120)
    (home / "wait").unlink()
    return command


@pytest.mark.parametrize("bounds", [("--experiments", "1"), ("--experiments", "2")])
def test_a_call_that_was_killed_before_it_changed_anything_is_made_again_in_its_experiment(world, bounds):
    command = killed_while_asking(world, SLOW, *bounds)
    answer = world.result(*command)
    assert [one["status"] for one in answer["experiments"]] == ["kept"] * int(bounds[1])
    assert world.result("status")["counts"]["total"] == int(bounds[1])


def test_a_call_that_was_killed_in_the_middle_of_its_edits_is_given_up(world):
    command = killed_while_asking(world, f"echo 95 > cost.txt\n{SLOW}", "--experiments", "2")
    done = world.run(*command)
    assert "experiment 1: given up" in done.stderr
    experiments = world.result("history")["experiments"]
    assert [(one["id"], one["status"]) for one in experiments] == [(2, "kept"), (1, "discarded")]
    assert world.read("cost.txt") == "85\n"


@pytest.mark.parametrize("kind", ["agent", "agent-cmd"])
def test_a_call_that_was_turned_away_is_made_again(world, agent, kind):
    answer = run(world, *agent(TURNED_AWAY.format(times=2), kind))
    assert calls(world) == ["rate_limited", "rate_limited", "proposed"]
    assert [one["status"] for one in answer["experiments"]] == ["kept"]
    assert "was cut off by the model's provider" in world.read(".autoloop/runs/proposals/001.md")
    assert answer["usage"]["tokens"] == (120 if kind == "agent" else None)


def test_patience_with_rate_limits_has_an_end(world, agent):
    answer = run(world, *agent(TURNED_AWAY.format(times=1000), "agent-cmd"))
    assert calls(world) == ["rate_limited"] * 7
    assert [one["status"] for one in answer["experiments"]] == ["discarded"]
    found = world.result("show", "1")["experiment"]
    assert found["description"] == "no proposal"
    assert "429" in found["reason"]


def test_an_experiment_that_somebody_ended_during_the_wait_is_not_gone_on_with(world, agent, tmp_path):
    turned_away = "echo call >> $HOME/calls; touch ../asked; echo '429 Too Many Requests' >&2; exit 1"
    options = (*agent(turned_away, "agent-cmd"), "--goal", "g", "--experiments", "1", "--retry-wait", "3s")
    driver = world.start("run", *options, "--json")
    until((tmp_path / "asked").exists)
    until(lambda: world.result("status")["experiment"] and world.run("discard").returncode == 0)
    printed, _ = driver.communicate(timeout=60)
    assert json.loads(printed)["result"]["stopped"]["reason"] in {"budget", "overtaken"}
    assert (tmp_path / "home" / "calls").read_text() == "call\n"


def test_nobody_waits_longer_than_the_session_lasts(world, agent):
    options = agent(TURNED_AWAY.format(times=1000), "agent-cmd")
    run(world, *options, "--time", "1h", "--retry-wait", "2h")
    assert calls(world) == ["rate_limited"]


def test_two_who_drive_at_once(world, tmp_path):
    waiting = "touch ../asked; while [ ! -e ../go ]; do sleep 0.02; done; echo 80 > cost.txt"
    first = world.start("run", "--agent-cmd", waiting, "--goal", "g", "--experiments", "1", "--json")
    try:
        until((tmp_path / "asked").exists)
        error = world.refused("run", "--propose", "true", "--experiments", "7", code=7)
        assert error["code"] == "run_in_progress"
        assert "autoloop run" in error["what"]
        assert "autoloop status" in error["fix"]
        assert alive(first.pid)
    finally:
        (tmp_path / "go").touch()
        printed, _ = first.communicate(timeout=60)
    assert [one["status"] for one in json.loads(printed)["result"]["experiments"]] == ["kept"]
    assert world.result("history")["experiments"][0]["id"] == 1


def test_an_open_session_goes_on_with_its_own_bounds_or_not_at_all(world):
    world.result("session", "start", "--experiments", "2", "--time", "2h", "--name", "first")
    propose = ("run", "--propose", "echo 80 > cost.txt")
    for asked in (("--experiments", "1"), ("--time", "3h"), ("--usd", "1"), ("--name", "second")):
        error = world.refused(*propose, *asked)
        assert (error["code"], "autoloop session end" in error["fix"]) == ("session_open", True)
    assert world.result("status")["counts"]["total"] == 0
    answer = world.result(*propose, "--experiments", "2", "--time", "120m", "--name", "first", "--goal", "less")
    assert [one["id"] for one in answer["experiments"]] == [1, 2]


def test_after_a_driver_was_killed_another_may_begin(world, tmp_path):
    waiting = "touch ../asked; echo 80 > cost.txt; while true; do sleep 0.02; done"
    first = world.start("run", "--agent-cmd", waiting, "--goal", "g", "--experiments", "2")
    until((tmp_path / "asked").exists)
    first.kill()
    first.communicate(timeout=120)
    answer = world.result("run", "--propose", "echo 70 > cost.txt")
    found = {one["id"]: one["status"] for one in world.result("history")["experiments"]}
    assert found == {1: "discarded", 2: "kept"}
    assert answer["stopped"]["reason"] == "budget"
