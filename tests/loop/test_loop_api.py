"""The Python face: the same answers as the command line's, the errors as exceptions."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

PAGE = Path(__file__).parent.parent.parent / "docs" / "how-to" / "python-api.md"
PROGRAM = """
import sys, msgspec
from autoloop import Workspace
from autoloop.errors import AutoLoopError
workspace = Workspace()
try:
    print(msgspec.json.encode(eval(sys.argv[1])).decode())
except AutoLoopError as error:
    print(type(error).__name__, error.code)
"""


def python(world, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=world.root,
        env=world.env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def asked(world, expression: str) -> object:
    return msgspec.json.decode(python(world, "-c", PROGRAM, expression))


def test_the_example_of_the_page(world):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    printed = python(world, "-c", example).splitlines()
    assert printed[0].startswith("keep ")
    assert printed[1].startswith("discard ")
    assert printed[2].startswith("keep ")
    assert printed[3].startswith("budget_experiments ")
    assert printed[4] == "autoloop/smaller"


def test_looking_answers_like_the_command_line(world):
    world.win("80")
    for expression, command in (
        ("workspace.status()", ("status",)),
        ("workspace.next()", ("next",)),
        ("workspace.history(5)", ("history", "--limit", "5")),
        ("workspace.show(1)", ("show", "1")),
        ("workspace.diff(1)", ("diff", "1")),
        ("workspace.sessions()", ("session", "list")),
        ("workspace.learn(session=True)", ("learn", "--session")),
    ):
        assert asked(world, expression) == world.result(*command), expression


def test_what_becomes_of_experiments(world):
    world.win("80")
    assert asked(world, "workspace.undo()")["undone"] == "keep"
    assert asked(world, "workspace.discard()")["experiment"]["status"] == "discarded"
    assert asked(world, "workspace.revive(1)")["origin"] == 1
    assert world.read("cost.txt") == "80\n"
    assert asked(world, "workspace.discard()")["experiment"]["id"] == 2
    assert [one["id"] for one in asked(world, "workspace.prune(keep=0, dry_run=True)")["pruned"]] == [1]
    assert python(world, "-c", PROGRAM, "workspace.land()").split() == ["RefusedError", "nothing_waits"]


def test_ideas(world):
    assert asked(world, "workspace.idea_add('intern the tokens')") == world.result("idea", "list")
    assert [idea["text"] for idea in asked(world, "workspace.ideas()")["ideas"]] == ["intern the tokens"]
    assert asked(world, "workspace.idea_drop(1)")["ideas"] == []


def test_a_whole_session(world):
    found = asked(world, "workspace.run('echo 80 > cost.txt', goal='less', experiments=1)")
    assert found["stopped"]["reason"] == "budget"
    assert [one["status"] for one in found["experiments"]] == ["kept"]
    report = asked(world, "workspace.report()")
    assert [one["id"] for one in report["experiments"]] == [1]
    assert report.keys() == world.result("report").keys()


AGENT = """#!/bin/sh
if [ "$1" = --version ]; then echo codex-cli 0.169.0; exit; fi
cat > ../brief.md
echo 80 > cost.txt
echo '{"type":"item.completed","item":{"type":"agent_message","text":"DESCRIPTION: cheaper"}}'
echo '{"type":"turn.completed","usage":{"input_tokens":1000000,"cached_input_tokens":0,"output_tokens":100000}}'
"""


def test_a_session_of_a_coding_agent(world, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "codex").write_text(AGENT)
    (tmp_path / "bin" / "codex").chmod(0o755)
    world.env["PATH"] = f"{tmp_path / 'bin'}:{world.env['PATH']}"
    assert asked(world, "workspace.steer('leave the size alone')")["notes"] == "- leave the size alone\n"
    call = "workspace.run(agent='codex', goal='less', experiments=1, usd=10, price=(1.0, 0.1, 10.0), call_time='30s')"
    found = asked(world, call)
    assert [(one["status"], one["description"]) for one in found["experiments"]] == [("kept", "cheaper")]
    assert found["usage"]["usd"] == pytest.approx(2.0)
    brief = (tmp_path / "brief.md").read_text()
    assert "Goal: less" in brief
    assert "leave the size alone" in brief
    assert asked(world, "workspace.steer(clear=True)")["notes"] == ""


def test_an_agent_of_ones_own_and_one_that_was_run_by_hand(world, tmp_path):
    found = asked(world, "workspace.run(agent_cmd='cat > ../brief.md; echo 80 > cost.txt', experiments=2, plateau=1)")
    assert [one["status"] for one in found["experiments"]] == ["kept", "discarded"]
    assert "# Experiment 2" in (tmp_path / "brief.md").read_text()
    output = Path(__file__).parent.parent / "data" / "agents" / "codex.jsonl"
    assert asked(world, f"workspace.usage_ingest('codex', {str(output)!r})")["session"]["tokens"] == 21450


def test_a_win_may_be_held_back(world):
    asked(world, "workspace.pre('cheaper')")
    world.write("cost.txt", "80\n")
    asked(world, "workspace.eval()")
    assert asked(world, "workspace.keep(commit=False)")["experiment"]["status"] == "kept"
    assert world.git("log", "--format=%s").split() == ["first"]
    asked(world, "workspace.land()")
    assert world.git("log", "--format=%s", "-1").strip() == "exp-001: cheaper"


def test_acting(repository):
    assert asked(repository, "workspace.init(dry_run=True)")["written"] is False
    assert python(repository, "-c", PROGRAM, "workspace.eval()").split() == ["RefusedError", "not_initialized"]


def test_a_measurement_that_outlives_the_caller(candidate):
    found = asked(candidate, "workspace.start_eval()")
    while found.get("running"):
        found = asked(candidate, "workspace.wait(5)")
    assert found["verdict"] == "keep"
    assert asked(candidate, "workspace.discard(reason='enough')")["experiment"]["status"] == "discarded"
    assert python(candidate, "-c", PROGRAM, "workspace.wait(0)").split() == ["RefusedError", "nothing_running"]


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("workspace.show(9)", "UsageError experiment_unknown"),
        ("workspace.keep()", "RefusedError no_experiment"),
        ("workspace.session_start(time='soon')", "UsageError duration_invalid"),
        ("workspace.session_start(bogus=1)", "UsageError usage"),
        ("Workspace('/').status()", "GitError not_a_repository"),
        ("workspace.run()", "UsageError no_hand"),
        ("workspace.run('true', agent='codex')", "UsageError no_hand"),
        ("workspace.run(agent='cobol')", "UsageError usage"),
        ("workspace.run(agent_cmd='true', tokens='1k')", "RefusedError cap_not_enforceable"),
        ("workspace.usage_ingest('codex', 'nothing.jsonl')", "UsageError no_such_file"),
    ],
)
def test_errors_are_exceptions(world, expression, told):
    assert python(world, "-c", PROGRAM, expression).strip() == told


def test_importing_the_package_costs_nothing():
    program = "import sys, autoloop; print(autoloop.__version__, [name for name in sys.modules if 'autoloop.' in name])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split(maxsplit=1)[1].strip() == "[]"
