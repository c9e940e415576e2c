"""SIGKILL and signals in every working state, then resume; two processes at once."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from loop_world import World

from autoloop.store.lock import alive, start_time

SLOW = """\
import pathlib, subprocess, time
here = pathlib.Path(__file__).parent
if (here.parent / "helper").exists():
    (here.parent / "helper").write_text(str(subprocess.Popen(["sleep", "60"]).pid))
flag = here.parent / "started"
flag.write_text(str(int(flag.read_text() if flag.exists() else 0) + 1))
time.sleep(float((here.parent / "delay").read_text()) if (here.parent / "delay").exists() else 0)
print("METRIC cost=" + (here / "cost.txt").read_text().strip() + "ms")
print("METRIC size=50")
"""


@pytest.fixture
def slow(configured):
    """A benchmark that says when it has started, and takes as long as the file `delay` says."""
    configured.write("bench.py", SLOW)
    configured.git("commit", "-qam", "slow benchmark")
    configured.prove()
    return configured


def outside(world) -> Path:
    return world.root.parent


def begin(world, *arguments: str, runs: int = 1) -> subprocess.Popen[str]:
    """Start a command, and answer when its benchmark has started for the ``runs``-th time."""
    (outside(world) / "started").unlink(missing_ok=True)
    process = world.start(*arguments)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        flag = outside(world) / "started"
        if flag.exists() and flag.read_text() == str(runs):
            return process
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.kill()
    pytest.fail("the benchmark never started")


def benchmarks_alive(world) -> bool:
    """Whether a process of this repository's benchmark is left."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                here = os.readlink(entry / "cwd")
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if here == str(world.root) and b"bench.py" in command:
                return True
    return False


def kill(process: subprocess.Popen[str], signum: int = signal.SIGKILL) -> int:
    process.send_signal(signum)
    process.communicate(timeout=120)
    return process.returncode


def slowly(world, seconds: float) -> None:
    (outside(world) / "delay").write_text(str(seconds))


@pytest.mark.parametrize("runs", [1, 2])
def test_a_killed_eval_is_resumed_to_its_verdict(slow, runs):
    slow.result("pre", "--description", "a win")
    slow.write("cost.txt", "80\n")
    slowly(slow, 0.7)
    kill(begin(slow, "eval", runs=runs))
    assert slow.state() == "evaluating"
    assert slow.json("status")["next"][0]["action"] == "resume"
    slowly(slow, 0)
    document = slow.json("resume")
    assert document["recovered"]
    assert document["state"] == "keepable"
    assert slow.read("cost.txt") == "80\n"
    assert not benchmarks_alive(slow)
    slow.result("keep")
    assert slow.git("rev-list", "--count", "HEAD").strip() == "3"


def test_the_same_command_after_a_kill_finishes_and_answers(slow):
    slow.result("pre", "--description", "a win")
    slow.write("cost.txt", "80\n")
    slowly(slow, 0.7)
    kill(begin(slow, "eval"))
    slowly(slow, 0)
    document = slow.json("eval")
    assert document["recovered"]
    assert document["result"]["verdict"] == "keep"


def test_a_killed_eval_can_be_discarded_without_finishing_it(slow):
    slow.result("pre", "--description", "never mind")
    slow.write("cost.txt", "80\n")
    slowly(slow, 30)
    kill(begin(slow, "eval"))
    slow.result("discard")
    assert slow.read("cost.txt") == "100\n"
    assert slow.state() == "ready"
    assert not benchmarks_alive(slow)


def test_a_benchmark_whose_watcher_died_as_well_is_ended_by_the_next_command(slow):
    slow.result("pre", "--description", "never mind")
    slow.write("cost.txt", "80\n")
    slowly(slow, 30)
    helper = outside(slow) / "helper"
    helper.touch()
    process = begin(slow, "eval")
    watchers = children(process.pid)
    assert watchers
    for pid in watchers:
        os.kill(pid, signal.SIGSTOP)  # it would end the benchmark as soon as its AutoLoop is gone
    kill(process)
    for pid in watchers:
        os.kill(pid, signal.SIGKILL)
    left = int(helper.read_text())
    assert alive(left, None)
    helper.unlink()
    slow.result("discard")
    assert not alive(left, None) or start_time(left) == -1  # ended, and nobody has collected it
    assert not benchmarks_alive(slow)


def children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


def test_unfinished_work_that_came_with_a_repository_is_not_taken_up_unasked(slow, tmp_path):
    slow.result("pre", "--description", "a win")
    slow.write("cost.txt", "80\n")
    slowly(slow, 30)
    kill(begin(slow, "eval"))
    slowly(slow, 0)
    copy = World(tmp_path / "elsewhere" / "received", slow.env)
    shutil.copytree(slow.root, copy.root)
    for arguments in (["resume"], ["eval"], ["discard"]):
        assert copy.refused(*arguments)["code"] == "config_not_trusted"
    assert not (outside(copy) / "started").exists()
    copy.result("doctor", "--yes")
    assert copy.json("resume")["state"] == "keepable"


INTERRUPTING_GIT = """\
#!/bin/sh
case "$*" in *update-ref*exp-*) if mkdir {once}; then kill -{signum} $PPID; fi ;; esac
exec {git} "$@"
"""


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_driven_session_keeps_ends_it_and_loses_no_win(configured, tmp_path, signum):
    configured.prove()
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    git.write_text(INTERRUPTING_GIT.format(once=tmp_path / "once", signum=int(signum), git=shutil.which("git")))
    git.chmod(0o755)
    configured.env["PATH"] = f"{git.parent}:{configured.env['PATH']}"
    script = tmp_path / "propose.sh"
    script.write_text("echo $((90 - AUTOLOOP_EXPERIMENT)) > cost.txt; echo DESCRIPTION: cheaper\n")
    command = ["run", "--propose", f"sh {script}", "--experiments", "2"]
    assert configured.json(*command, code=128 + signum)["error"]["code"] == "interrupted"
    assert configured.result(*command)["stopped"]["reason"] == "budget"
    assert configured.result("status")["counts"]["kept"] == 2
    assert configured.git("log", "--format=%s").splitlines() == ["exp-002: cheaper", "exp-001: cheaper", "first"]


@pytest.mark.parametrize(("command", "state"), [("doctor", "checking"), ("baseline", "baselining")])
def test_killed_doctor_and_baseline_are_resumed(slow, command, state):
    slowly(slow, 0.7)
    kill(begin(slow, command))
    assert slow.state() == state
    slowly(slow, 0)
    assert slow.json("resume")["state"] == "ready"


def test_a_killed_finalize_is_resumed_to_one_branch(slow):
    slow.win("80")
    slowly(slow, 0.5)
    kill(begin(slow, "finalize", runs=2))
    assert slow.state() == "confirming"
    slowly(slow, 0)
    assert slow.json("resume")["state"] == "finalized"
    assert slow.git("branch", "--list", "autoloop/*").split() == ["autoloop/session-1"]
    assert slow.read("cost.txt") == "80\n"


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_benchmark_and_leaves_the_experiment_open(slow, signum):
    slow.result("pre", "--description", "interrupted")
    slow.write("cost.txt", "80\n")
    slowly(slow, 30)
    process = begin(slow, "eval", "--json")
    process.send_signal(signum)
    stdout, _ = process.communicate(timeout=120)
    assert process.returncode == 128 + signum
    assert '"code":"interrupted"' in stdout
    assert slow.state() == "editing"
    assert slow.read("cost.txt") == "80\n"
    assert not benchmarks_alive(slow)


def test_a_second_command_is_told_who_holds_the_lock(slow):
    slow.result("pre", "--description", "long")
    slow.write("cost.txt", "80\n")
    slowly(slow, 20)
    process = begin(slow, "eval")
    try:
        assert slow.state() == "evaluating", "looking needs no lock"
        error = slow.refused("discard", code=7)
        assert str(process.pid) in error["why"] + error["what"]
    finally:
        kill(process, signal.SIGTERM)


def test_many_at_once_open_one_experiment(world):
    processes = [world.start("pre", "--description", f"number {n}", "--json") for n in range(6)]
    codes = [process.wait(timeout=60) for process in processes]
    for process in processes:
        process.communicate()
    assert sorted(codes) == [0, 1, 1, 1, 1, 1]
    assert world.result("status")["counts"]["total"] == 1


def test_finalize_asked_twice_is_one_branch(world):
    """Whoever did not hear the first answer asks again."""
    world.win("80")
    first = world.result("finalize")["branches"]
    assert world.result("finalize")["branches"] == first
    assert world.git("branch", "--list", "autoloop/*").split() == ["autoloop/session-1"]
