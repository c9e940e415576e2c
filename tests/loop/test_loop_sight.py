"""Doctor notices an eval that no edit can reach: an installed copy, an old build; and says nothing it does not know."""

from __future__ import annotations

import sys

import pytest
from loop_world import World

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which files are opened")

CONFIG = """\
schema_version = 1

[eval]
command = "{command}"
primary_metric = "size"
direction = "lower_is_better"
timeout = "20s"
{more}
[scope]
protected = ["bench.py", "run.sh"]
"""
BENCH = "import tok\nprint('METRIC size=' + str(tok.SIZE))\n"


@pytest.fixture
def project(bare_world: World, tmp_path) -> World:
    """A package below src/, a benchmark that imports it by name, and a copy of it installed elsewhere."""
    bare_world.git("init", "-q", "-b", "main")
    files = {
        "bench.py": BENCH,
        "src/tok/__init__.py": "SIZE = 7\n",
        "notes.md": "x\n",
        ".gitignore": "dist\n__pycache__\n",
    }
    for name, text in files.items():
        bare_world.write(name, text)
    bare_world.git("add", "-A")
    bare_world.git("commit", "-qm", "first")
    installed = tmp_path / "site" / "tok"
    installed.mkdir(parents=True)
    (installed / "__init__.py").write_text("SIZE = 7\n")
    bare_world.env["PYTHONPATH"] = str(installed.parent)
    return bare_world


def seen(world: World, command: str = "python3 bench.py", more: str = "", code: int = 0) -> dict:
    """The check, empty when doctor does not speak of it; the work tree is as it was."""
    world.write(".autoloop/.gitignore", "*\n")
    world.write(".autoloop/config.toml", CONFIG.format(command=command, more=more))
    found = [
        one for one in world.result("doctor", "--yes", code=code)["checks"] if one["id"].startswith("eval_sees_edits")
    ]
    assert world.git("status", "--porcelain") == ""
    assert world.git("worktree", "list").count("\n") == 1
    assert len(found) <= 1
    return found[0] if found else {}


def test_an_installed_copy_is_noticed_and_the_fix_helps(project):
    check = seen(project, code=1)
    assert check["status"] == "fail"
    assert "installed copy" in check["why"]
    line = check["fix"].partition(" set ")[2].partition("}, ")[0] + "}"
    assert line == 'env = { PYTHONPATH = "src" }'
    assert seen(project, more=line)["status"] == "pass"


def test_fix_makes_it_import_the_work_tree(project):
    assert seen(project, code=1)["status"] == "fail"
    result = project.result("doctor", "--fix", "--yes")
    assert result["healthy"]
    assert 'PYTHONPATH = "src"' in result["fixed"][0]
    assert 'env = {PYTHONPATH = "src"}' in project.read(".autoloop/config.toml")
    assert {check["id"]: check["status"] for check in result["checks"]}["eval_sees_edits"] == "pass"


def test_an_eval_that_imports_the_sources_passes_also_when_they_are_compiled_already(project):
    project.env["PYTHONPATH"] = str(project.root / "src")  # as an installation with pip install -e does
    for _ in range(2):
        check = seen(project)
        assert check["status"] == "pass"
        assert "src/tok/__init__.py" in check["what"]
    assert list((project.root / "src/tok/__pycache__").iterdir())


def test_an_old_build_is_named(project):
    project.write("dist/size.txt", "7\n")
    check = seen(project, "printf 'METRIC size=%s\\n' $(cat dist/size.txt)")
    assert check["status"] == "warn"
    assert "dist/size.txt" in check["why"]
    assert "build" in check["fix"]


def test_nothing_is_said_of_a_tool_that_opens_no_unchanged_source(project):
    project.write("run.sh", "cargo --version > /dev/null 2>&1\npython3 bench.py\n")
    project.git("add", "-A")
    project.git("commit", "-qm", "script")
    assert seen(project, "sh run.sh") == {}


def test_nothing_is_said_where_another_number_comes_out_without_the_files(project):
    """It looks at the files without opening them."""
    assert seen(project, "printf 'METRIC size=%s\\n' $(ls src/tok/*.py 2> /dev/null | wc -l)") == {}


def test_nothing_is_said_where_nothing_but_prose_may_be_changed(project):
    project.git("rm", "-rq", "src")
    project.git("commit", "-qm", "only the benchmark")
    assert seen(project) == {}
