"""Planted cheats: none is kept; and the defences do not stand in the way of honest wins."""

from __future__ import annotations

import pytest

HONEST = """\
import colorsys, pathlib, time, work
time.sleep(0.001)
print(f"METRIC cost={work.cost()}ms")
print("METRIC size=50")
"""
WORK = """\
def cost():
    return 100
"""


@pytest.fixture
def target(configured):
    """A benchmark that asks the code, and a test that the code must pass."""
    world = configured
    world.write("bench.py", HONEST)
    world.write("work.py", WORK)
    world.write("tests/test_work.py", "import work\nassert work.cost() > 0\n")
    world.write(".gitignore", "__pycache__/\ncache.txt\n")
    world.write("rounds.txt", "100\n")
    (world.root / "protected" / "rounds.txt").symlink_to("../rounds.txt")
    text = world.read(".autoloop/config.toml")
    text = text.replace(
        'protected = ["bench.py", "protected/**"]', 'protected = ["bench.py", "protected/**", "tests/**"]'
    )
    text = text.replace('command = "test ! -e broken"', 'command = "PYTHONPATH=. python3 tests/test_work.py"')
    world.write(".autoloop/config.toml", text)
    world.git("add", "-A")
    world.git("commit", "-qm", "honest benchmark")
    world.prove()
    world.result("pre", "--description", "cheat")
    return world


CHEATS = {
    "edit the benchmark": {"bench.py": 'print("METRIC cost=1ms")\nprint("METRIC size=50")\n'},
    "edit the test": {"work.py": "def cost():\n    return -5\n", "tests/test_work.py": "pass\n"},
    "break the code, leave the test": {"work.py": "def cost():\n    return -5\n"},
    "new conftest": {"conftest.py": "collect_ignore_glob = ['*']\n"},
    "sitecustomize": {"sitecustomize.py": "import sys\n"},
    "pytest.ini": {"pytest.ini": "[pytest]\naddopts = --co\n"},
    "package.json scripts": {"package.json": '{"scripts": {"bench": "true"}}\n'},
    "touch .autoloop": {".autoloop/baseline.json": "{}\n"},
    "edit the config": {".autoloop/config.toml": 'schema_version = 1\n[eval]\ncommand = "echo METRIC cost=1ms"\n'},
    "remove the harness' data": {"protected/data.txt": None},
    "shadow a protected module": {"data.py": "x = 1\n", "protected/data.py": "x = 0\n"},
    "shadow what the benchmark imports": {"colorsys.py": 'print("METRIC cost=1ms")\nprint("METRIC size=50")\n'},
    "skip marker in the test": {
        "work.py": "def cost():\n    return -5\n",
        "tests/test_work.py": "import unittest\nraise unittest.SkipTest\n",
    },
    "skip by configuration": {"setup.cfg": "[tool:pytest]\naddopts = --deselect tests\n"},
    "skip by project file": {"pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-k nothing'\n"},
    "change the seed": {"protected/data.txt": "2\n"},
    "remove the sleep from the harness": {"bench.py": HONEST.replace("time.sleep(0.001)", "pass")},
    "a .pth file": {"lib/evil.pth": "import os\n"},
    "an environment file": {".env": "PYTHONPATH=elsewhere\n"},
    "a virtual environment": {"pyvenv.cfg": "include-system-site-packages = true\n"},
    "what a protected link points to": {"rounds.txt": "1\n"},
    "a lock file": {"uv.lock": "version = 1\n"},
    "rewrite the benchmark while it runs": {
        "work.py": "open('bench.py', 'w').write('print(\"METRIC cost=1ms\")\\nprint(\"METRIC size=50\")\\n')\n\n\n"
        "def cost():\n    return 1\n"
    },
}
LINKS = {"a link for the benchmark": ("bench.py", "easy.py"), "a link for its directory": ("protected", "elsewhere")}


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_is_never_kept(target, name):
    commits = target.git("rev-list", "--count", "HEAD")
    for path, text in CHEATS[name].items():
        if text is None:
            (target.root / path).unlink()
        else:
            target.write(path, text)
    evaluated = target.json("eval", code=None)
    assert evaluated["ok"] is False or evaluated["result"]["verdict"] in {"discard", "crash"}
    assert target.run("keep").returncode != 0
    assert target.git("rev-list", "--count", "HEAD") == commits


@pytest.mark.parametrize("name", LINKS)
def test_a_link_in_place_of_the_harness_is_never_kept(target, name):
    place, aim = LINKS[name]
    path = target.root / place
    path.rename(target.root / "away")
    target.write("easy.py", 'print("METRIC cost=1ms")\nprint("METRIC size=50")\n')
    target.write("elsewhere/data.txt", "2\n")
    path.symlink_to(aim)
    document = target.json("eval", code=None)
    assert document.get("result", {}).get("verdict") == "discard", document
    assert target.run("keep").returncode != 0
    target.result("discard")
    assert not path.is_symlink()


def test_what_the_code_did_to_the_benchmark_is_undone_with_it(target):
    honest = target.read("bench.py")
    target.write("work.py", CHEATS["rewrite the benchmark while it runs"]["work.py"])
    result = target.result("eval")
    assert "bench.py: changed by the code itself" in result["reasons"][0]
    target.result("discard")
    assert target.read("bench.py") == honest
    assert target.read("work.py") == WORK


def test_a_benchmark_that_was_edited_before_the_experiment_began_judges_nothing(target):
    target.result("discard")
    target.write("bench.py", 'import work\nprint(f"METRIC cost={work.cost() / 2}ms")\nprint("METRIC size=50")\n')
    target.result("pre", "--description", "an honest win, on another benchmark")
    target.write("work.py", "def cost():\n    return 60\n")
    result = target.result("eval")
    assert result["verdict"] == "discard"
    assert "autoloop baseline" in result["reasons"][0]
    target.result("discard")
    assert "work.cost() / 2" in target.read("bench.py"), "that edit was not the experiment's"
    target.result("baseline")
    target.result("pre", "--description", "the same again")
    target.write("work.py", "def cost():\n    return 60\n")
    assert target.result("eval")["verdict"] == "keep"


def test_a_number_that_is_printed_instead_of_measured_is_not_kept(target):
    target.result("discard")
    target.write("bench.py", HONEST.replace("{work.cost()}", "{work.cost() * (1 + time.perf_counter() % 1e-4)}"))
    target.git("commit", "-qam", "a benchmark with noise")
    target.result("doctor")
    target.result("baseline")
    target.result("pre", "--description", "print it")
    printed = "print('METRIC cost=80ms')\nprint('METRIC size=50', flush=True)\nimport os\nos._exit(0)\n"
    target.write("work.py", printed)
    result = target.result("eval")
    assert result["verdict"] == "discard"
    assert "printed, not measured" in result["reasons"][0]
    target.result("discard")
    target.result("pre", "--description", "an honest one")
    target.write("work.py", "def cost():\n    return 80\n")
    assert target.result("eval")["verdict"] == "keep"


def test_what_the_eval_itself_rewrites_is_no_cheat(target):
    target.result("discard")
    target.write("bench.py", HONEST + "pathlib.Path('protected/last.txt').write_text(str(time.time_ns()))\n")
    target.write("protected/last.txt", "0")
    target.git("add", "-A")
    target.git("commit", "-qm", "a benchmark that writes down its last result")
    target.result("doctor")
    target.result("baseline")
    for cost in (80, 60):
        target.result("pre", "--description", "honest")
        target.write("work.py", f"def cost():\n    return {cost}\n")
        assert target.result("eval")["verdict"] == "keep"
        assert target.result("keep")["experiment"]["paths"] == ["work.py"]


def test_a_cached_answer_does_not_survive_a_clean_checkout(target):
    """The first run leaves a cache behind that makes every later one look ten times faster."""
    target.write(
        "work.py",
        "import pathlib\ncache = pathlib.Path(__file__).with_name('cache.txt')\n\n\n"
        "def cost():\n    if cache.exists():\n        return 5\n    cache.write_text('warm')\n    return 100\n",
    )
    target.run("eval")
    assert target.run("keep").returncode != 0


def test_a_real_large_gain_is_flagged_measured_again_and_kept(target):
    target.write("work.py", "def cost():\n    return 3\n")
    result = target.result("eval")
    assert result["verdict"] == "keep"
    assert any("clean checkout" in caveat for caveat in result["caveats"])
    target.result("keep")


def test_the_holdout_is_asked_before_keep_and_tells_nothing(configured):
    world = configured
    text = world.read(".autoloop/config.toml")
    secret = "python3 -c \"import sys; c=int(open('cost.txt').read()); print('secret 4711'); sys.exit(c < 50)\""
    world.write(".autoloop/config.toml", text + f"\n[holdout]\ncommand = '''{secret}'''\n")
    world.prove()
    world.result("pre", "--description", "too good for the hold-out")
    world.write("cost.txt", "40\n")
    assert world.result("eval")["verdict"] == "keep"
    document = world.json("keep", code=None)
    assert document["state"] == "discardable"
    assert world.git("log", "-1", "--format=%s").strip() == "first"
    everything = "".join(
        path.read_text(errors="replace") for path in (world.root / ".autoloop").rglob("*") if path.is_file()
    )
    assert "secret 4711" not in everything.replace(secret, "").replace(secret.replace('"', '\\"'), "")
    world.result("discard")
    world.win("60")


def test_each_look_at_the_holdout_is_in_the_journal_before_it_happens(configured):
    world = configured
    looks = world.root.parent / "looks"
    text = world.read(".autoloop/config.toml")
    seen = f"""grep -c '"holdout"' .autoloop/history.jsonl >> {looks}"""
    world.write(".autoloop/config.toml", f'{text}\n[holdout]\ncommand = """{seen}"""\n')
    world.prove()
    world.win("80")
    assert looks.read_text().split() == ["1"]
    world.result("finalize")
    assert looks.read_text().split() == ["1", "2"]


def test_modules_of_the_repository_are_not_imported_by_the_program_itself(world):
    for name in ("colorsys", "pathlib", "json", "rich"):
        world.write(f"{name}.py", "print('hello from the repository')\n")
    done = world.run("status")
    assert (done.returncode, "hello" in done.stdout + done.stderr) == (0, False)


def test_a_changed_config_blocks_the_eval_until_doctor_has_proven_it(world):
    text = world.read(".autoloop/config.toml")
    world.write(".autoloop/config.toml", text.replace('threshold = "5%"', 'threshold = "500%"'))
    world.write("cost.txt", "50\n")
    assert world.refused("eval")["code"] == "config_changed"
    world.write(".autoloop/config.toml", text + "# only a comment\n")
    assert world.result("eval")["verdict"] == "keep"
