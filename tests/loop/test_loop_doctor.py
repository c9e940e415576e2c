"""What doctor sees beside exit codes: writes, rewrites, missing things, placeholders, commits; and --fix, --undo."""

from __future__ import annotations

import pytest
from loop_world import World

UNITTEST = "import unittest\n\nclass A(unittest.TestCase):\n    def test_a(self):\n        self.assertTrue(1)\n"
CONFIG = """\
# my own words
schema_version = 1

[eval]
command = "{command}"  # what I measure
metric_format = "{format}"
primary_metric = "{metric}"
direction = "lower_is_better"
timeout = "20s"

[guardrails.lint]
command = "{lint}"

[budget]
experiments = 3  # few
"""


@pytest.fixture
def project(bare_world: World) -> World:
    """A script that prints a number, and a test."""
    bare_world.git("init", "-q", "-b", "main")
    bare_world.write("bench.py", "open('source.py').close(); print('METRIC seconds=1.5')\n")
    bare_world.write("source.py", "x = 1\n")
    bare_world.write("tests/test_a.py", UNITTEST)
    bare_world.git("add", "-A")
    bare_world.git("commit", "-qm", "first")
    return bare_world


def configure(world: World, command: str, kind: str = "auto", metric: str = "seconds", lint: str = "true") -> None:
    world.write(".autoloop/.gitignore", "*\n")
    text = CONFIG.format(command=command, format=kind, metric=metric, lint=lint)
    world.write(".autoloop/config.toml", text)


def checks(world: World, *options: str, code: int | None = 1) -> dict[str, dict]:
    return {check["id"]: check for check in world.result("doctor", "--yes", *options, code=code)["checks"]}


def test_a_guardrail_that_rewrites_tracked_files_is_named_and_they_are_put_back(project):
    project.write("source.py", "x = 2  # not committed\n")
    configure(project, "python3 bench.py", lint="echo fixed > source.py")
    found = checks(project)["rewrites_lint"]
    assert found["status"] == "fail"
    assert "source.py" in found["why"]
    assert project.read("source.py") == "x = 2  # not committed\n"
    reference = found["why"].rpartition(" ")[2]
    assert project.git("show", f"{reference}:source.py") == "fixed\n"


def test_new_files_are_named_with_the_line_that_ignores_them(project):
    configure(project, "mkdir -p results && echo x > results/a.json && python3 bench.py")
    found = checks(project, code=0)["litter_eval"]
    assert found["status"] == "warn"
    assert "results/a.json" in found["why"]
    assert found["fix"] == "add to .gitignore: results/"


def test_the_eval_that_rewrites_a_tracked_file_fails(project):
    configure(project, "echo y >> source.py; python3 bench.py")
    found = checks(project)["rewrites_eval"]
    assert "git rm --cached source.py" in found["fix"]
    assert project.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("command", "lacks", "fix"),
    [
        ("surely-not-there --fast", "the program surely-not-there", "put it on PATH"),
        ("cd . && surely-not-there", "the program surely-not-there", "put it on PATH"),
        ("python3 -m surely_not_there", "the package surely_not_there", "environment"),
        ("sh say.sh getaddrinfo EAI_AGAIN example.org", "network access", "offline"),
        ("sh say.sh Found no NVIDIA driver on your system", "a GPU", "CPU"),
        ("sh say.sh cannot open display: :0", "a display", "xvfb"),
    ],
)
def test_what_a_failing_eval_lacks_is_named(project, command, lacks, fix):
    project.write("say.sh", 'echo "$*" >&2\nexit 1\n')
    configure(project, command)
    found = checks(project)["eval"]
    assert lacks in found["what"]
    assert fix in found["fix"]


@pytest.mark.parametrize("command", ["echo METRIC seconds=1", "asv run", "git stash && python3 bench.py"])
def test_an_eval_that_cannot_see_the_edit_is_not_even_run(project, command):
    configure(project, command)
    found = checks(project)
    assert found["eval_sees_edits"]["status"] == "fail"
    assert "eval" not in found
    assert project.git("stash", "list") == ""


def test_a_guardrail_that_tests_nothing_fails(project):
    configure(project, "python3 bench.py", lint="python3 -m unittest discover -s .autoloop")
    assert "checks nothing" in checks(project)["guardrail_lint"]["what"]


def test_without_a_name_the_printed_numbers_are_listed(project):
    configure(project, "python3 bench.py", metric="")
    found = checks(project)["eval"]
    assert "seconds = 1.5" in found["why"]
    assert 'primary_metric = "seconds", direction = "lower_is_better"' in found["fix"]


def test_without_an_eval_the_line_to_write_is_given(bare_world):
    bare_world.git("init", "-q", "-b", "main")
    bare_world.write("tests/test_a.py", UNITTEST)
    bare_world.git("add", "-A")
    bare_world.git("commit", "-qm", "first")
    bare_world.result("init")
    failed = [check for check in checks(bare_world).values() if check["status"] == "fail"]
    assert [check["id"] for check in failed] == ["eval"]
    assert 'metric_format = "process", primary_metric = "wall_time"' in failed[0]["fix"]
    assert 'command = "python3 -m unittest' in failed[0]["fix"]


def test_the_line_that_was_given_works(bare_world):
    test_without_an_eval_the_line_to_write_is_given(bare_world)
    fix = checks(bare_world)["eval"]["fix"].partition("write: ")[2]
    text = bare_world.read(".autoloop/config.toml").replace('\ncommand = ""\n', "\n" + fix.replace(", ", "\n") + "\n")
    bare_world.write(".autoloop/config.toml", text)
    assert bare_world.result("doctor")["healthy"]


def test_fix_edits_in_place_and_undo_takes_it_back(project):
    configure(project, "python3 gone.py", lint="false")
    before = project.read(".autoloop/config.toml")
    result = project.result("doctor", "--fix", "--yes", code=1)
    assert any("python3 bench.py" in line for line in result["fixed"])
    after = project.read(".autoloop/config.toml")
    assert after.startswith("# my own words\n")
    assert 'command = "python3 bench.py"  # what I measure' in after
    assert "experiments = 3  # few" in after
    assert 'command = "false"' in after, "a guardrail of the user's is never taken away"
    assert "+command" in result["diff"]
    undone = project.result("doctor", "--undo")
    assert project.read(".autoloop/config.toml") == before
    assert "gone.py" in undone["diff"]
    project.result("doctor", "--undo")
    assert project.read(".autoloop/config.toml") == after


def test_undo_without_anything_to_undo_is_refused(project):
    configure(project, "python3 bench.py")
    assert project.refused("doctor", "--undo", code=2)["code"] == "nothing_to_undo"


def test_fix_changes_nothing_that_works(project):
    configure(project, "python3 bench.py")
    before = project.read(".autoloop/config.toml")
    result = project.result("doctor", "--fix", "--yes")
    assert result["fixed"] == []
    assert project.read(".autoloop/config.toml") == before


def test_fix_fills_in_the_name_of_the_only_number(project):
    configure(project, "python3 bench.py", metric="")
    result = project.result("doctor", "--fix", "--yes")
    assert result["healthy"]
    assert 'primary_metric = "seconds"' in project.read(".autoloop/config.toml")


def test_fix_runs_nothing_of_a_configuration_that_was_not_approved(project, tmp_path):
    flag = tmp_path / "executed"
    configure(project, f"touch {flag}; python3 bench.py")
    project.write(".autoloop/.gitignore", "state.json\nlock*\nruns/\n")
    project.git("add", "-A")
    project.git("commit", "-qm", "tracked")
    assert project.refused("doctor", "--fix")["code"] == "config_not_trusted"
    assert not flag.exists()


def test_init_verify_leaves_out_a_linter_that_does_not_hold(project):
    project.write("Makefile", "lint:\n\tfalse\n")
    project.git("add", "-A")
    project.git("commit", "-qm", "lint")
    verification = project.result("init", "--verify")["verification"]
    assert verification["healthy"]
    assert any("guardrail lint left out" in line for line in verification["fixed"])
    assert "[guardrails.tests]" in project.read(".autoloop/config.toml")
    assert "[guardrails.lint]" not in project.read(".autoloop/config.toml")


@pytest.mark.parametrize(
    ("printed", "matched"),
    [
        ("METRIC cost=3ms", "metric_lines"),
        ('noise\n{"cost": 1}\nmore\n{"inner": {"cost": 3}}\nbye', "json"),
        ("cost: 3.00", "summary"),
    ],
)
def test_auto_says_which_format_matched(configured, printed, matched):
    configured.write("bench.py", f"print({printed!r}); print('METRIC size=1' if 'METRIC' in {printed!r} else '')\n")
    text = configured.read(".autoloop/config.toml").replace('unit = "ms"\n', "")
    configured.write(".autoloop/config.toml", text.split("[guardrails.size]")[0] + "[machine]\nmax_load = 64\n")
    configured.git("commit", "-qam", "another format")
    (proof,) = [check for check in configured.result("doctor", "--yes")["checks"] if check["id"] == "eval"]
    assert proof["what"].endswith(f"read as {matched}.")
