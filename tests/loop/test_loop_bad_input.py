"""What users, benchmarks, state files and descriptions do wrong: named, recorded, survived, never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time

import pytest

LOOKING = (["status"], ["next"], ["history"], ["session", "list"], ["show", "1"])
ACTING = (
    ["init"],
    ["doctor"],
    ["baseline"],
    ["pre", "--description", "x"],
    ["eval"],
    ["keep"],
    ["discard"],
    ["resume"],
)


# --- what is no file


def test_a_pipe_in_the_place_of_the_configuration_keeps_nobody_waiting(configured):
    config = configured.root / ".autoloop" / "config.toml"
    config.unlink()
    os.mkfifo(config)
    for command in ("status", "next"):
        assert configured.json(command)["ok"]
    found = configured.result("doctor", code=None)
    assert "not a file" in json.dumps([check for check in found["checks"] if check["status"] == "fail"]), found
    error = configured.refused("baseline", code=None)
    assert "not a file" in json.dumps(error), error


def test_a_pipe_in_the_place_of_the_log_keeps_nobody_waiting(configured):
    log = configured.root / ".autoloop" / "log.jsonl"
    log.unlink(missing_ok=True)
    os.mkfifo(log)
    assert configured.result("doctor", "--yes")["healthy"]


# --- where it is called


def test_an_empty_git_directory_makes_no_repository(bare_world):
    (bare_world.root / ".git").mkdir()
    assert bare_world.refused("status", code=5)["code"] == "not_a_repository"


@pytest.mark.parametrize("kind", ["no repository", "bare"])
def test_without_a_work_tree_every_command_says_so_in_one_document(bare_world, kind):
    if kind == "bare":
        bare_world.git("init", "-q", "--bare")
    for arguments in (*LOOKING, *ACTING, ["finalize"], ["learn"], ["run", "--propose", "true"]):
        error = bare_world.refused(*arguments, code=5)
        assert error["code"] in {"not_a_repository", "bare_repository", "no_work_tree"}, arguments
        assert error["fix"], arguments
    assert not (bare_world.root / ".autoloop").exists()


def test_a_branch_without_commits_can_be_set_up_but_not_measured(bare_world):
    world = bare_world
    world.git("init", "-q", "-b", "main")
    world.write("bench.py", 'print("METRIC cost=1ms")\n')
    world.result("init")
    checks = {check["id"]: check for check in world.result("doctor", code=1)["checks"]}
    assert checks["git"]["status"] == "fail"
    assert "git commit" in checks["git"]["fix"]
    for arguments in (["baseline"], ["pre", "--description", "x"], ["eval"]):
        assert world.refused(*arguments)["fix"]
    assert world.read("bench.py") == 'print("METRIC cost=1ms")\n'


# --- the command line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--json", "statsu"], "'status'"),
        (["statsu", "--json"], "'status'"),
        (["eval", "--json", "--exitcode"], "--exit-code"),
        (["--json", "pre"], "--description"),
        (["session", "strat", "--json"], "start"),
        (["session", "start", "--experiments", "none", "--json"], "none"),
        (["session", "start", "--time", "soon", "--json"], "soon"),
        (["-C", "/nowhere/at/all", "status", "--json"], "/nowhere/at/all"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_answered_with_the_nearest_name(repository, arguments, says):
    done = repository.run(*arguments)
    document = json.loads(done.stdout)
    assert done.returncode == 2
    assert document["ok"] is False
    assert says in document["error"]["what"]
    assert document["error"]["fix"]


# --- the configuration


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("primary_metric", "primry_metric", [".autoloop/config.toml:5", "eval.primry_metric", "'primary_metric'"]),
        ('"lower_is_better"\nunit', '"lower"\nunit', [".autoloop/config.toml:6", "eval.direction", "lower_is_better"]),
        ('timeout = "20s"', 'timeout = "20 sheep"', [".autoloop/config.toml:8", "eval.timeout"]),
        ("[scope]", "[scope", [".autoloop/config.toml:19"]),
        ("schema_version = 1", "schema_version = 9", ["schema_version 9", "upgrade"]),
    ],
)
def test_a_wrong_configuration_is_named_by_file_line_and_key(configured, right, wrong, says):
    configured.write(".autoloop/config.toml", configured.read(".autoloop/config.toml").replace(right, wrong, 1))
    for arguments in (["config"], ["baseline"], ["eval"], ["pre", "--description", "x"]):
        error = configured.refused(*arguments, code=3)
        text = error["what"] + error["why"] + error["fix"]
        assert all(word in text for word in says), (arguments, text)
    assert configured.json("status")["ok"]


def test_a_broken_configuration_leaves_a_way_on(configured):
    whole = configured.read(".autoloop/config.toml")
    configured.prove()
    configured.write(".autoloop/config.toml", "[eval")
    answer = configured.json("next")
    assert [offer["argv"] for offer in answer["result"]["allowed"]] == [["autoloop", "doctor"]]
    assert answer["next"] == answer["result"]["allowed"]
    assert "doctor" not in [blocked["action"] for blocked in answer["result"]["blocked"]]
    doctor = configured.json("doctor", code=1)
    assert [check["id"] for check in doctor["result"]["checks"] if check["status"] == "fail"] == ["config"]
    assert [offer["action"] for offer in doctor["next"]] == ["doctor"]
    configured.write(".autoloop/config.toml", whole)
    assert configured.result("next")["allowed"][0]["action"] == "pre"


@pytest.mark.parametrize("how", ["missing", "not text"])
def test_a_configuration_that_is_not_there_or_no_text(world, how):
    path = world.root / ".autoloop" / "config.toml"
    path.unlink() if how == "missing" else path.write_bytes(b"schema_version = 1\n# \xff\n")
    for arguments in (["config"], ["baseline"], ["pre", "--description", "x"]):
        error = world.refused(*arguments, code=3)
        assert "config.toml" in error["what"] + error["why"]
        assert error["fix"]


# --- the benchmark


def sitting(world, timeout: str = "20s"):
    """An experiment is open, and the eval reads its manners from a file of the experiment."""
    world.write("manners.sh", "")
    world.write("sitting.sh", '. ./manners.sh; exec python3 bench.py "$@"\n')
    world.git("add", "-A")
    world.git("commit", "-qm", "a benchmark that can misbehave")
    text = (
        world.read(".autoloop/config.toml")
        .replace("python3 bench.py", "sh sitting.sh")
        .replace('"20s"', f'"{timeout}"')
    )
    world.write(".autoloop/config.toml", text)
    world.prove()
    world.result("pre", "--description", "misbehaves")
    world.write("cost.txt", "80\n")
    return world


@pytest.fixture
def open_world(world):
    """A benchmark with as much time as it needs on a busy machine."""
    return sitting(world)


NUMBER = "echo METRIC size=50; echo METRIC cost="
MISBEHAVIOUR = {
    "command not found": ("no_such_program_here; exit 127", "no_such_program_here"),
    "prints nothing": ("exit 0", "printed nothing"),
    "fails": ("echo the cause of it >&2; exit 3", "the cause of it"),
    "hangs": ("echo before the hang; sleep 60", "before the hang"),
    "ignores the signal": ("trap '' TERM; echo deaf; while :; do sleep 0.1; done", "deaf"),
    "NaN": (f"{NUMBER}nan; exit 0", "cost=nan"),
    "infinity": (f"{NUMBER}inf; exit 0", "cost=inf"),
    "another unit": (f"{NUMBER}80MiB; exit 0", "80MiB"),
    "no such metric": ("echo METRIC other=1; exit 0", "other=1"),
}
ENDLESS = {"hangs", "ignores the signal"}


@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_a_misbehaving_benchmark_is_a_crash_with_its_last_words_and_can_be_mended(world, name):
    script, says = MISBEHAVIOUR[name]
    open_world = sitting(world, "3s" if name in ENDLESS else "20s")
    open_world.write("manners.sh", script + "\n")
    document = open_world.json("eval", code=4)
    assert document["state"] == "crashed"
    assert document["result"]["verdict"] == "crash"
    assert says in document["result"]["reasons"][0]
    assert open_world.result("status")["counts"]["crashed"] == 0, "still open: it can be mended"
    assert open_world.refused("keep")["fix"]
    open_world.write("manners.sh", "")
    result = open_world.result("eval")
    assert (result["verdict"], result["experiment"]["id"]) == ("keep", 1)
    assert open_world.result("keep")["experiment"]["paths"] == ["cost.txt"]


def test_a_crash_that_is_given_up_is_counted_and_its_output_kept(open_world):
    open_world.write("manners.sh", "echo last words; exit 9\n")
    open_world.json("eval", code=4)
    open_world.result("discard")
    assert open_world.result("status")["counts"]["crashed"] == 1
    (row,) = open_world.result("history")["experiments"]
    assert row["status"] == "crashed"
    assert any("last words" in p.read_text() for p in (open_world.root / ".autoloop/runs/001").glob("*.out"))
    assert open_world.read("manners.sh") == ""


def test_children_of_the_benchmark_do_not_outlive_it(open_world):
    open_world.write("manners.sh", "sleep 53.5 & sleep 53.6 & echo $! > /dev/null\n")
    assert open_world.result("eval")["verdict"] == "keep"
    commands = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "sleep 53.5" not in commands
    assert "sleep 53.6" not in commands


PEAK = """\
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, stdin=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // (1024 if sys.platform == "darwin" else 1)
print(json.dumps([done.returncode, json.loads(done.stdout), peak]))
"""


def measured(world, *arguments):
    """Exit code, answer and peak memory in KiB, from under a small process: a child starts at its parent's peak."""
    words = [sys.executable, "-c", PEAK, sys.executable, "-m", "autoloop", *arguments]
    return json.loads(subprocess.check_output(words, cwd=world.root, env=world.env))


def test_a_flood_of_output_does_not_fill_the_memory(world):
    open_world = sitting(world, "120s")
    open_world.write(
        "manners.sh", "head -c 80000000 /dev/zero | tr '\\0' =; echo; head -c 1000000 /dev/zero | tr '\\0' '\\n'\n"
    )
    code, document, kibibytes = measured(open_world, "eval", "--json")
    assert (code, document["result"]["verdict"]) == (0, "keep")
    assert kibibytes < 150 * 1024
    logs = [path for path in (open_world.root / ".autoloop/runs/001").iterdir() if path.is_file()]
    assert max(path.stat().st_size for path in logs) < 65 << 20


def test_one_failure_among_the_runs_is_reported_as_flaky(open_world):
    flag = open_world.root.parent / "flag"
    open_world.write("manners.sh", f"test -e {flag} || {{ touch {flag}; echo hiccup; exit 1; }}\n")
    result = open_world.result("eval")
    assert result["verdict"] == "keep"
    assert any("runs failed" in caveat for caveat in result["caveats"])


def test_a_metric_that_is_printed_twice_with_different_numbers_is_not_guessed(configured):
    configured.write("bench.py", 'print("METRIC a.cost=1ms")\nprint("METRIC b.cost=2ms")\nprint("METRIC size=1")\n')
    configured.git("commit", "-qam", "ambiguous")
    failed = [check for check in configured.result("doctor", "--yes", code=1)["checks"] if check["status"] == "fail"]
    text = " ".join(check["what"] + check["why"] for check in failed)
    assert "a.cost" in text
    assert "b.cost" in text


# --- out of turn


def test_commands_out_of_turn_are_refused_and_change_nothing(world):
    for arguments in (["keep"], ["discard"], ["rerun"], ["finalize"]):
        assert world.refused(*arguments)["fix"], arguments
    world.result("pre", "--description", "one")
    assert world.refused("pre", "--description", "two")["fix"]
    world.write("cost.txt", "80\n")
    assert "autoloop eval" in world.refused("keep")["fix"]
    world.result("eval")
    assert world.refused("rerun")["code"]
    assert world.read("cost.txt") == "80\n"
    assert world.state() == "keepable"


def test_wall_time_that_ends_under_way_lets_the_experiment_finish(world):
    world.result("session", "start", "--time", "5s")
    world.result("pre", "--description", "the last one")
    world.write("cost.txt", "80\n")
    while world.json("status")["budget"]["time"]["left"] > 0:
        time.sleep(0.3)
    assert world.result("eval")["verdict"] == "keep"
    assert world.result("keep")["experiment"]["status"] == "kept"
    assert world.state() == "exhausted"
    assert world.refused("pre", "--description", "x", code=6)["code"] == "budget_time"


def test_discard_leaves_what_was_edited_elsewhere_after_the_eval_and_names_it(world):
    world.result("pre", "--description", "worse")
    world.write("cost.txt", "130\n")
    world.result("eval")
    world.write("notes.txt", "written after the eval\n")
    answer = world.result("discard")
    assert world.read("cost.txt") == "100\n"
    assert world.read("notes.txt") == "written after the eval\n"
    assert any("notes.txt" in note for note in answer["notes"])


# --- state files


@pytest.mark.parametrize("content", [b"", b"\xff\x00 garbage", b'{"schema_version": 1, "sta'])
def test_a_damaged_state_file_is_made_anew_from_the_journal(world, content):
    before = world.result("status")
    (world.root / ".autoloop/state.json").write_bytes(content)
    assert world.result("status") == before
    assert "state.json was damaged" in world.run("pre", "--description", "x").stdout


@pytest.mark.parametrize("content", [b"", b"\xff\x00 garbage\n", b"{}\n"])
def test_a_lost_journal_is_named_with_its_remedy(world, content):
    (world.root / ".autoloop/history.jsonl").write_bytes(content)
    for arguments in (["status"], ["pre", "--description", "x"], ["doctor"]):
        error = world.refused(*arguments, code=3)
        assert "history.jsonl" in error["what"]
        assert "autoloop doctor --rebuild" in error["fix"]


def test_a_state_file_of_a_newer_version_is_refused_and_left_alone(world):
    path = world.root / ".autoloop/state.json"
    newer = path.read_bytes().replace(b'"schema_version":1', b'"schema_version":99').replace(b": 1,", b": 99,", 1)
    path.write_bytes(newer)
    error = world.refused("status", code=3)
    assert "state.json" in error["what"]
    assert "upgrade" in error["fix"]
    assert path.read_bytes() == newer


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_workspace_that_is_no_directory_is_not_followed(world, kind):
    folder, elsewhere = world.root / ".autoloop", world.root.parent / "elsewhere"
    shutil.move(folder, elsewhere)
    folder.write_text("mine") if kind == "file" else folder.symlink_to(elsewhere)
    held = sorted(elsewhere.rglob("*"))
    for arguments in (["status"], ["init"], ["doctor"], ["pre", "--description", "x"]):
        assert ".autoloop" in world.refused(*arguments, code=3)["what"]
    assert sorted(elsewhere.rglob("*")) == held


@pytest.mark.skipif(os.geteuid() == 0, reason="permission bits do not bind the superuser")
def test_a_workspace_that_cannot_be_written_is_named(world):
    folder = world.root / ".autoloop"
    folder.chmod(0o500)
    try:
        error = world.refused("pre", "--description", "x", code=3)
        assert ".autoloop" in error["what"] + error["why"]
    finally:
        folder.chmod(0o700)
