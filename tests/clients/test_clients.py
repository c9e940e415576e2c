"""The real clients find the skills, perform a whole experiment, say what they used, and can be driven.

``make test-clients`` installs them, pinned, and runs this; with RECORD=1 their outputs become tests/data/agents.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from clients_world import FOLDER, World, program
from scripted_model import CACHED, INPUT, OUTPUT, THOUGHT, Edit, Model, Script

from autoloop import agents
from autoloop.agents.wanted import SKILLS

pytestmark = pytest.mark.skipif(not FOLDER, reason="make test-clients installs the real clients and runs these")

EXPERIMENT = [
    "autoloop status --json",
    'autoloop pre --description "the cheap way" --json',
    "echo 80 > cost.txt",
    "autoloop eval --json",
    "autoloop keep --commit --json",
]
LAST = "Experiment 1 was kept.\nDESCRIPTION: the cheap way"
DATA = Path(__file__).parent.parent / "data" / "agents"


@dataclass(frozen=True)
class Case:
    """How one client is called by hand, with enough rights for a whole loop, and how its shell finds the program."""

    name: str
    argv: tuple[str, ...]
    env: tuple[tuple[str, str], ...] = ()
    program: str = "autoloop"


CASES = (
    Case(
        "codex",
        ("codex", "exec", "--json", "-s", "workspace-write", "--add-dir", ".git", "-"),
        program="sh .autoloop/autoloop",
    ),
    Case(
        "claude-code",
        (
            *("claude", "-p", "--output-format", "stream-json", "--verbose", "--permission-mode", "acceptEdits"),
            *("--allowedTools", "Bash(autoloop *)", "Bash(echo *)"),
        ),
    ),
    Case(
        "gemini-cli",
        ("gemini", "--output-format", "stream-json", "--approval-mode", "yolo"),
        (("GEMINI_CLI_TRUST_WORKSPACE", "true"),),
    ),
    Case("opencode", ("opencode", "run", "--format", "json")),
)


@pytest.fixture
def said(capsys):
    """Say something in the transcript, past pytest's capture."""

    def say(*words: object) -> None:
        with capsys.disabled():
            print(*words)  # noqa: T201 - the transcript is the point

    return say


def ready(world: World) -> None:
    world.autoloop("doctor", "--yes")
    world.autoloop("baseline")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_client_finds_the_skills_and_performs_a_whole_experiment(case, tmp_path, said):
    commands = [line.replace("autoloop", case.program, 1) for line in EXPERIMENT]
    with Model(Script(commands, LAST)) as model:
        world = World.made(tmp_path, model)
        ready(world)
        world.autoloop("install", case.name)
        world.git("add", "-A")
        world.git("commit", "-qm", "wrappers")
        done = world.client([str(program(case.argv[0])), *case.argv[1:]], "Reduce the cost.", **dict(case.env))
        assert done.returncode == 0, (done.stdout[-2000:], done.stderr[-2000:])
        conversation = next(r for r in model.requests if r["body"].get("tools"))
        known = {name for name in SKILLS if f"autoloop-{name}" in json.dumps(conversation["body"])}
        instructed = "autoloop next --json" in model.said()
    assert known == set(SKILLS)
    assert instructed, "the block of the instructions file reaches the model"
    experiment = world.autoloop("show", "1")["experiment"]
    assert (experiment["status"], experiment["description"]) == ("kept", "the cheap way")
    assert world.git("log", "--format=%s", "-1").strip() == "exp-001: the cheap way"
    report = agents.client(case.name).report(agents.events(done.stdout.encode().splitlines()))
    check_usage(report.usage, case.name)
    assert report.finished
    assert "DESCRIPTION: the cheap way" in report.message
    record(case.name, done.stdout, world)
    said(f"\n{case.name}: skills seen {sorted(known)}")
    for line in commands:
        said(f"{case.name}: ran {line}")
    used = report.usage
    said(f"{case.name}: {world.git('log', '--format=%s', '-1').strip()}; usage {used}")


def check_usage(usage, name) -> None:
    turns = len(EXPERIMENT) + 1
    thought = sum(THOUGHT[:turns]) if name == "gemini-cli" else 0
    assert usage.input == sum(INPUT[:turns])
    assert usage.cached == sum(CACHED[:turns])
    assert usage.output == sum(OUTPUT[:turns]) + thought
    assert (usage.usd is None) == (name in {"codex", "gemini-cli"})


def record(name: str, output: str, world: World) -> None:
    """Keep what the client printed as test data, without this machine's paths and the run's own names."""
    if not os.environ.get("RECORD"):
        return
    text = output.replace(str(world.root), "/repository").replace(str(world.home), "/home/user")
    text = text.replace(FOLDER, "/clients")
    text = re.sub(r"/tmp/[\w./-]+", "/tmp/x", text)
    text = re.sub(r"-tmp-pytest[\w-]*", "-repository", text)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "0" * 8, text)
    DATA.mkdir(parents=True, exist_ok=True)
    (DATA / f"{name}.jsonl").write_text(text)


def driven(world: World, said, name: str, *bounds: str) -> dict:
    """A session that ``run`` drives; what became of it is said."""
    ready(world)
    limits = ("--time", "20m", "--tokens", "2M")
    answer = world.autoloop("run", "--agent", name, "--goal", "lower cost", *limits, *bounds, timeout=1200)
    said()
    for one in answer["experiments"]:
        said(f"run {name}: #{one['id']} {one['status']} {one['description']}: {one['reason'][:110]}")
    said(f"run {name}: stopped {answer['stopped']}; usage {answer['usage']}")
    return answer


@pytest.mark.parametrize("name", [case.name for case in CASES])
def test_run_drives_a_client_that_may_only_edit_files_through_a_session(name, tmp_path, said):
    cost = str(tmp_path / "a repository" / "cost.txt")
    scripts = (
        Script([Edit(cost, "80\n")], "Done.\nDESCRIPTION: cheaper"),
        Script([Edit(cost, "120\n")], "Done.\nDESCRIPTION: dearer"),
        Script([Edit(cost, "60\n")], "Done.\nDESCRIPTION: cheaper still"),
    )
    with Model(*scripts) as model:
        world = World.made(tmp_path, model)
        answer = driven(world, said, name, "--experiments", "3", "--call-time", "4m")
        briefs = [r for r in model.requests if "# Experiment 3" in json.dumps(r["body"])]
    assert [(one["status"], one["description"]) for one in answer["experiments"]] == [
        ("kept", "cheaper"),
        ("discarded", "dearer"),
        ("kept", "cheaper still"),
    ]
    assert (world.root / "cost.txt").read_text() == "60\n"
    assert world.git("log", "--format=%s", "-2").split("\n")[:2] == ["exp-003: cheaper still", "exp-001: cheaper"]
    assert answer["stopped"]["reason"] == "budget"
    thought = sum(THOUGHT[:3]) if name == "gemini-cli" else 0
    assert answer["usage"]["tokens"] == 3 * (sum(INPUT[:3]) + sum(OUTPUT[:3]) + thought)
    assert (answer["usage"]["usd"] is None) == (name in {"codex", "gemini-cli"})
    assert "#2 discarded" in json.dumps(briefs)


def test_run_drives_the_real_codex_through_a_crash_and_an_over_long_call(tmp_path, said):
    scripts = (
        Script(["echo 80 > cost.txt"], "Done.\nDESCRIPTION: cheaper"),
        Script(["echo 1 > cost.txt", "sleep 600"], "never said"),
        Script([], status=400),
        Script(["echo 60 > cost.txt"], "Done.\nDESCRIPTION: cheaper still"),
    )
    with Model(*scripts) as model:
        world = World.made(tmp_path, model)
        answer = driven(world, said, "codex", "--experiments", "4", "--call-time", "20s")
        briefs = [r for r in model.requests if "Experiment 4" in json.dumps(r["body"])]
    found = [(one["id"], one["status"], one["description"]) for one in answer["experiments"]]
    assert [status for _, status, _ in found] == ["kept", "discarded", "discarded", "kept"]
    assert (found[0][2], found[3][2]) == ("cheaper", "cheaper still")
    events = [world.autoloop("show", str(number))["experiment"]["calls"][0]["event"] for number in (1, 2, 3, 4)]
    assert events == ["proposed", "overrun", "crashed", "proposed"]
    assert answer["stopped"]["reason"] == "budget"
    assert answer["usage"]["tokens"]
    assert (world.root / "cost.txt").read_text() == "60\n"
    assert "took longer than one call may" in json.dumps(briefs)
