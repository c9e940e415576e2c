"""Planted cheats: none is kept; and the defences do not stand in the way of honest wins."""

from __future__ import annotations

import pytest

HONEST = """\
import pathlib, work
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
}


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


def test_a_changed_config_blocks_the_eval_until_doctor_has_proven_it(world):
    text = world.read(".autoloop/config.toml")
    world.write(".autoloop/config.toml", text.replace('threshold = "5%"', 'threshold = "500%"'))
    world.write("cost.txt", "50\n")
    assert world.refused("eval")["code"] == "config_changed"
    world.write(".autoloop/config.toml", text + "# only a comment\n")
    assert world.result("eval")["verdict"] == "keep"
