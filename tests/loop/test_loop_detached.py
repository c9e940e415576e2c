"""Evals that go on while their caller has gone: `--detach` and `wait`, and what everybody else is told meanwhile."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest
from gated import alive, hold, release, under_way, until


def test_the_caller_is_answered_while_the_eval_goes_on(candidate):
    document = under_way(candidate)
    assert document["command"] == "eval"
    assert document["state"] == "evaluating"
    assert [offer["action"] for offer in document["next"]] == ["wait"]
    running = document["result"]
    assert running["running"] is True
    assert running["command"] == "eval"
    assert os.getsid(running["pid"]) == running["pid"], "in a session of its own"

    def asked() -> dict:
        return candidate.json("wait", "--timeout", "0s", code=8)

    until(lambda: asked()["result"]["expected"])  # what runs is written down a few times a second, not at once
    waiting = asked()
    assert waiting["ok"] is True
    assert waiting["result"]["phase"] == "evaluating"
    assert waiting["next"][0]["argv"] == ["autoloop", "wait"]

    release(candidate)
    ended = candidate.json("wait", "--timeout", "30s")
    assert ended["result"]["verdict"] == "keep"
    assert ended["state"] == "keepable"
    assert ended["result"] == candidate.json("wait")["result"], "as often as one asks"
    candidate.result("keep")
    assert candidate.refused("wait")["code"] == "nothing_running"


def test_everybody_is_told_to_wait(candidate):
    under_way(candidate)
    for command in ("status", "next", "history"):
        document = candidate.json(command)
        assert [offer["action"] for offer in document["next"]] == ["wait"], command
    assert candidate.result("status")["running"]["command"] == "eval"
    shown = candidate.result("next")
    assert [offer["action"] for offer in shown["allowed"]] == ["wait"]
    assert {reason["code"] for item in shown["blocked"] for reason in item["reasons"]} == {"still_running"}
    error = candidate.refused("eval", "--detach", code=8)
    assert error["code"] == "still_running"
    assert error["fix"] == "autoloop wait"
    assert "is running" in candidate.run("status").stdout
    assert "autoloop wait" in candidate.run("status").stdout


def test_a_refusal_is_answered_at_once(gated):
    error = gated.refused("eval", "--detach")
    assert error["code"] == "no_change"
    assert gated.refused("wait")["code"] == "no_change", "wait tells it again"
    gated.write("cost.txt", "80\n")
    gated.result("pre", "--description", "another command")
    assert gated.refused("wait")["code"] == "nothing_running", "a stale answer is gone"


def test_a_worker_that_fails_tells_whoever_waits(candidate):
    under_way(candidate)
    candidate.write("bench.py", "raise SystemExit('no such luck')\n")  # a protected file: noticed by the next one
    running = candidate.result("wait", "--timeout", "0s", code=8)
    os.kill(running["pid"], signal.SIGTERM)
    error = candidate.refused("wait", code=128 + signal.SIGTERM)
    assert error["code"] == "interrupted"
    assert error["exit"] == 128 + signal.SIGTERM
    assert candidate.state() == "editing"


def test_a_killed_worker_is_noticed_and_resumed(candidate):
    running = under_way(candidate)["result"]
    os.kill(running["pid"], signal.SIGKILL)
    until(lambda: not alive(running["pid"]))
    error = candidate.refused("wait")
    assert error["code"] == "worker_gone"
    assert error["fix"] == "autoloop resume --detach"
    assert candidate.json("status")["next"][0]["action"] == "resume"
    release(candidate)
    resumed = candidate.json("resume", "--detach", code=None)
    if resumed["result"].get("running"):
        resumed = candidate.json("wait", "--timeout", "30s")
    assert resumed["recovered"]
    assert resumed["state"] == "keepable"


def test_wait_serves_evals_of_others_and_gives_exit_codes(candidate):
    hold(candidate)
    process = candidate.start("eval", "--json")
    until((candidate.root.parent / "started").exists)
    assert candidate.run("wait", "--timeout", "0s").returncode == 8
    release(candidate)
    document = candidate.json("wait", "--exit-code")
    assert document["result"]["verdict"] == "keep"
    stdout, _ = process.communicate(timeout=120)
    assert json.loads(stdout)["result"] == document["result"]
    candidate.result("keep")
    candidate.write("cost.txt", "90\n")
    ended = candidate.run("eval", "--detach", "--json", "--exit-code")
    if json.loads(ended.stdout)["result"].get("running"):
        ended = candidate.run("wait", "--json")
    assert ended.returncode == 10
    assert json.loads(ended.stdout)["result"]["verdict"] == "discard"


@pytest.mark.parametrize(("command", "state"), [("baseline", "baselining"), ("doctor", "checking")])
def test_other_long_commands_detach_too(gated, command, state):
    document = under_way(gated, command, "--detach")
    assert document["state"] == state
    release(gated)
    ended = gated.json("wait", "--timeout", "30s")
    assert ended["state"] == "ready"
    assert ended["result"]["metric"]["value"] == 100 if command == "baseline" else ended["result"]["healthy"]


def test_finalize_detached(gated):
    gated.win("80")
    under_way(gated, "finalize", "--detach", "--name", "review/me")
    assert gated.state() == "confirming"
    release(gated)
    assert gated.json("wait", "--timeout", "30s")["result"]["branches"][0]["name"] == "review/me"


def test_what_a_dead_process_left_is_not_believed(world):
    live = world.root / ".autoloop" / "live.json"
    for text in (
        '{"pid":999999999,"started":1,"command":"eval","since":0,"progress":{"phase":"evaluating","text":"x"}}',
        f'{{"pid":{os.getpid()},"started":1,"command":"eval","since":0,"progress":{{"phase":"e","text":"x"}}}}',
        "{",
        "",
    ):
        live.write_text(text)
        document = world.json("status")
        assert document["result"]["running"] is None
        assert document["next"][0]["action"] == "pre"
    live.unlink()
    live.mkdir()
    assert world.result("status")["running"] is None
    world.win("80")


def test_progress_is_said_while_one_sample_runs(candidate):
    """Not only between samples: shells end what is silent."""
    hold(candidate)
    process = candidate.start("eval")
    live = candidate.root / ".autoloop" / "live.json"

    def beating():
        try:
            return json.loads(live.read_text())["progress"].get("seconds", 0) > 2.5
        except (OSError, ValueError):
            return False

    until(beating)
    release(candidate)
    _, stderr = process.communicate(timeout=120)
    assert "evaluating" in stderr
    assert not live.exists()


def test_the_program_is_found_without_a_path(world):
    world.result("doctor")
    script = world.root / ".autoloop" / "autoloop"
    (world.root / "msgspec.py").write_text("raise SystemExit('the repository is not ours to run')\n")
    bare = {name: value for name, value in world.env.items() if name != "PATH"} | {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["sh", str(script), "status", "--json"], cwd=world.root, env=bare, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["state"] == "ready"
