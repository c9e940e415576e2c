"""Setting up: what init finds and writes, what doctor proves and mends, whose commands are run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from loop_world import World

EXAMPLE = Path(__file__).parents[2] / "examples" / "search"


@pytest.fixture
def example(bare_world: World) -> World:
    """The search example as a repository of its own."""
    shutil.copytree(EXAMPLE, bare_world.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    bare_world.git("init", "-q", "-b", "main")
    bare_world.git("add", "-A")
    bare_world.git("commit", "-qm", "first")
    return bare_world


def test_init_finds_the_benchmark_and_leaves_no_trace_outside_its_directory(example):
    result = example.result("init", "--verify")
    inferred = result["inferred"]
    assert inferred["eval"]["command"] == "python3 bench/bench_search.py"
    assert inferred["eval"]["primary_metric"] == "latency_p95"
    assert inferred["eval"]["direction"] == "lower_is_better"
    assert [rail["name"] for rail in inferred["guardrails"]] == ["tests"]
    assert "bench/**" in inferred["protected"]
    assert result["verification"]["healthy"]
    assert example.state() == "verified"
    assert example.git("status", "--porcelain") == ""


def test_what_may_be_done_after_init_is_said_at_once_also_when_the_file_was_lost(example):
    assert [offer["action"] for offer in example.json("init")["next"]] == ["doctor"]
    (example.root / ".autoloop/config.toml").unlink()
    allowed = [offer["action"] for offer in example.result("next")["allowed"]]
    assert allowed == ["init"]
    assert example.result("init")["written"]


def test_a_second_init_is_refused_and_force_keeps_a_backup(example):
    example.result("init")
    config = example.read(".autoloop/config.toml")
    assert example.refused("init")["code"] == "already_initialized"
    example.write(".autoloop/config.toml", config + "# mine\n")
    backup = example.result("init", "--force")["backup"]
    assert example.read(backup).endswith("# mine\n")


def test_dry_run_writes_nothing(example):
    assert "bench_search" in example.result("init", "--dry-run")["text"]
    assert not (example.root / ".autoloop").exists()


def test_where_nothing_can_be_measured_it_says_so_and_doctor_is_not_healthy(bare_world):
    bare_world.write("README.md", "words\n")
    bare_world.git("init", "-q", "-b", "main")
    bare_world.git("add", "-A")
    bare_world.git("commit", "-qm", "first")
    result = bare_world.result("init")
    assert result["inferred"]["confidence"] == "none"
    assert result["inferred"]["reasons"]
    document = bare_world.json("doctor", code=1)
    assert document["result"]["healthy"] is False
    failed = [check for check in document["result"]["checks"] if check["status"] == "fail"]
    assert all(check["fix"] for check in failed)


def test_doctor_fix_replaces_what_fails_by_what_was_proven_and_keeps_comments(example):
    example.result("init")
    text = example.read(".autoloop/config.toml")
    broken = text.replace('command = "python3 bench/bench_search.py"', 'command = "python3 gone.py"  # my comment')
    example.write(".autoloop/config.toml", broken)
    assert example.json("doctor", code=1)["result"]["healthy"] is False
    result = example.result("doctor", "--fix")
    assert result["healthy"]
    assert result["fixed"]
    assert "+command" in result["diff"]
    assert '"python3 bench/bench_search.py"  # my comment' in example.read(".autoloop/config.toml")


def test_commands_of_a_cloned_configuration_wait_for_approval(configured, tmp_path):
    flag = tmp_path / "executed"
    configured.write(".autoloop/.gitignore", "state.json\nlock*\nruns/\n")
    text = configured.read(".autoloop/config.toml")
    configured.write(".autoloop/config.toml", text.replace('"python3 bench.py"', f'"touch {flag}; python3 bench.py"'))
    configured.git("add", "-A")
    configured.git("commit", "-qm", "tracked configuration")
    assert configured.refused("doctor")["code"] == "config_not_trusted"
    assert not flag.exists()
    configured.result("doctor", "--yes")
    assert flag.exists()
    configured.result("doctor")


@pytest.mark.parametrize("arguments", [["baseline"], ["eval"], ["run", "--propose", "true"]])
def test_a_proven_state_that_came_with_the_repository_approves_nothing(configured, tmp_path, arguments):
    configured.prove()
    flag = tmp_path / "executed"
    configured.write("bench.py", f"open({str(flag)!r}, 'w')\n")
    copy = World(tmp_path / "received", configured.env)
    shutil.copytree(configured.root, copy.root)
    error = copy.refused(*arguments)
    assert error["code"] == "config_not_trusted"
    assert not flag.exists()
    copy.json("doctor", "--yes", code=None)
    assert flag.exists()


def test_init_approves_no_commands_that_came_with_a_clone(configured):
    configured.git("add", "-f", ".autoloop/config.toml")
    configured.git("commit", "-qm", "tracked configuration")
    answer = configured.json("init", "--verify", code=1)
    assert answer["error"]["code"] == "config_not_trusted"
    assert configured.result("init", "--verify", "--yes", "--force")["verification"]["healthy"] is not None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("experiments.jsonl", '{"id": 1}\n'),
        ("last_eval.json", "{}\n"),
        ("config.toml", '[metric]\nname = "p99"\ncommand = "x"\n'),
    ],
)
def test_the_original_tools_directory_is_recognised(repository, name, text):
    repository.write(f".autoloop/{name}", text)
    error = repository.refused("init", code=3)
    assert error["code"] == "original_directory"
    assert error["fix"] == "autoloop init --import"
    assert repository.read(f".autoloop/{name}") == text


def test_foreign_content_in_our_directory_is_refused(repository):
    repository.write(".autoloop/loop.db", "somebody else's\n")
    error = repository.refused("init", code=3)
    assert "loop.db" in error["why"] + error["what"] or error["code"] == "foreign_directory"
    assert repository.read(".autoloop/loop.db") == "somebody else's\n"
