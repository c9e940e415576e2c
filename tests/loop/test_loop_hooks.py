"""``[git] hooks = true``: the repository's commit hooks have their say before a keep, on a copy."""

from __future__ import annotations

import pytest
from loop_world import World


def hook(world: World, name: str, script: str) -> None:
    path = world.root / ".git" / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def keepable(world: World, *, hooks: bool = True) -> World:
    config = world.read(".autoloop/config.toml")
    world.write(".autoloop/config.toml", config + f"\n[git]\nhooks = {str(hooks).lower()}\n")
    world.result("doctor", "--yes")
    world.result("pre", "--description", "a win")
    world.write("cost.txt", "80\n")
    world.write("notes.txt", "mine, and not committed\n")
    assert world.result("eval")["verdict"] == "keep"
    return world


def count(world: World) -> int:
    return int(world.git("rev-list", "--count", "HEAD"))


def test_hooks_that_agree_see_the_commit_as_git_would_show_it(world):
    hook(world, "pre-commit", 'git diff --cached --name-only > "$OUT"; cat cost.txt >> "$OUT"; pwd >> "$OUT"')
    world.env["OUT"] = str(world.root.parent / "seen")
    keepable(world)
    world.result("keep", "--commit")
    names, cost, where = (world.root.parent / "seen").read_text().rsplit("\n", 3)[:3]
    assert set(names.split("\n")) == {"cost.txt", "notes.txt"}
    assert cost == "80"
    assert where != str(world.root)
    assert count(world) == 2
    assert not list((world.root / ".git").glob("worktrees/*"))
    assert not (world.root / ".autoloop/scratch/hooks").exists()


def test_a_hook_that_refuses_stops_the_keep_and_nothing_has_happened(world):
    keepable(world)
    hook(world, "pre-commit", "echo style: line 3 is too long; exit 1")
    error = world.refused("keep", "--commit", code=5)
    assert error["code"] == "hook_refused"
    assert "line 3 is too long" in error["why"]
    assert error["fix"]
    assert count(world) == 1
    assert world.state() == "keepable"
    hook(world, "pre-commit", "exit 0")
    world.result("keep", "--commit")
    assert count(world) == 2


@pytest.mark.parametrize("script", ["echo formatted >> cost.txt", "echo formatted >> cost.txt; git add cost.txt"])
def test_what_a_hook_makes_of_the_files_is_not_committed_unmeasured(world, script):
    keepable(world)
    hook(world, "pre-commit", script)
    error = world.refused("keep", "--commit", code=5)
    assert error["code"] == "hook_changed_files"
    assert "cost.txt" in error["why"]
    assert world.read("cost.txt") == "80\n"
    assert count(world) == 1


def test_the_message_is_as_its_hooks_leave_it(world):
    keepable(world)
    hook(world, "prepare-commit-msg", 'echo "Ticket: $2" >> "$1"')
    hook(world, "commit-msg", "grep -q AutoLoop-Experiment $1 && sed -i 's/^exp-001/perf/' $1")
    world.result("keep", "--commit")
    message = world.git("log", "-1", "--format=%B")
    assert message.startswith("perf: a win\n")
    assert "Ticket: message" in message


def test_without_the_option_no_hook_is_run_and_that_is_said_once(world):
    keepable(world, hooks=False)
    hook(world, "pre-commit", "exit 1")
    notes = world.result("keep", "--commit")["notes"]
    assert [note for note in notes if "hooks are not run by keep: pre-commit" in note]
    world.result("pre", "--description", "another")
    world.write("cost.txt", "60\n")
    world.result("eval")
    assert not [note for note in world.result("keep", "--commit")["notes"] if "hook" in note]


def test_post_commit_is_never_run_and_that_is_said(world):
    keepable(world)
    hook(world, "post-commit", "exit 1")
    assert any("post-commit" in note for note in world.result("keep", "--commit")["notes"])
