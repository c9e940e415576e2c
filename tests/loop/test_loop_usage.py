"""Agents that were run by hand: their output counts for the session, and counts once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

DATA = Path(__file__).parent.parent / "data" / "agents"


@pytest.fixture
def output(tmp_path):
    """A copy of what a real client printed."""

    def copied(name: str) -> str:
        return str(shutil.copy(DATA / f"{name}.jsonl", tmp_path / f"{name}.jsonl"))

    return copied


def ingest(world, name: str, file: str) -> dict:
    return world.result("usage", "ingest", "--agent", name, file)


def test_outputs_add_up(world, output):
    world.result("session", "start", "--tokens", "1M")
    first = ingest(world, "codex", output("codex"))
    assert first["usage"]["tokens"] == first["session"]["tokens"] == 21450
    second = ingest(world, "claude-code", output("claude-code"))
    assert second["session"]["tokens"] == 42900
    assert world.json("status")["budget"]["tokens"]["spent"] == 42900


def test_an_output_counts_once_in_a_session(world, output):
    world.result("session", "start", "--name", "first", "--tokens", "1M")
    ingest(world, "codex", output("codex"))
    error = world.refused("usage", "ingest", "--agent", "codex", output("codex"))
    assert error["code"] == "usage_counted"
    assert "'first'" in error["why"]
    assert world.json("status")["budget"]["tokens"]["spent"] == 21450
    world.result("session", "end")
    world.result("session", "start", "--name", "second")
    assert ingest(world, "codex", output("codex"))["session"]["tokens"] == 21450


def test_a_budget_of_tokens_holds_for_agents_run_by_hand(world, output):
    world.result("session", "start", "--tokens", "20k")
    ingest(world, "codex", output("codex"))
    assert world.refused("pre", "--description", "x", code=6)["code"] == "budget_tokens"


def test_without_a_session_it_says_what_to_type(world, output):
    error = world.refused("usage", "ingest", "--agent", "codex", output("codex"))
    assert error["code"] == "no_session"
    assert error["what"].startswith("Nothing was counted of ")
    assert error["why"] == "no session is open"
    assert "autoloop session start" in error["fix"]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("codex", "Dear reader", "not its machine-readable output"),
        ("codex", '{"type": "result", "usage": {}}', "not its machine-readable output"),
        ("codex", '{"type": "thread.started", "thread_id": "t"}', "ended before anything was reported"),
        ("cursor", '{"type": "result", "result": "done"}', "never does"),
    ],
)
def test_what_says_nothing_is_not_counted(world, tmp_path, name, text, why):
    world.result("session", "start", "--tokens", "1M")
    (tmp_path / "out.jsonl").write_text(text)
    error = world.refused("usage", "ingest", "--agent", name, str(tmp_path / "out.jsonl"), code=2)
    assert error["code"] == "no_usage"
    assert why in error["why"]
    assert world.json("status")["budget"]["tokens"]["spent"] is None


def test_a_file_that_is_not_there(world):
    assert world.refused("usage", "ingest", "--agent", "codex", "none.jsonl", code=2)["code"] == "no_such_file"
