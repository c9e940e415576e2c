"""The README's transcript is what happens: its commands are run for real on a copy of the example."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess

import pytest

MARKED = re.compile(r"<!-- transcript -->\n```console\n(.*?)```\n<!-- /transcript -->", re.DOTALL)
NEVER_KEPT = {3, 5, 6}
ALWAYS_KEPT = 7
CROWDED = """
[machine]
max_load = 1.0      # other tests share the machine: do not wait for it to calm down,

[verdict]
max_samples = 40    # but measure longer
"""


@pytest.fixture(scope="module")
def demo(root):
    spec = importlib.util.spec_from_file_location("demo", root / "examples" / "demo.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def transcript(root):
    """Pairs of a command and the lines it is said to print."""
    shown = MARKED.findall((root / "README.md").read_text(encoding="utf-8"))
    assert len(shown) == 1
    return [
        (part.splitlines()[0], part.splitlines()[1:]) for part in re.split(r"^\$ ", shown[0], flags=re.MULTILINE)[1:]
    ]


@pytest.fixture(scope="module")
def place(demo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    demo.prepare(folder)
    return folder


def environment(demo, place):
    alone = {"HOME": str(place / "home"), "AUTOLOOP_MACHINE_LOCK": str(place / "lock"), "COLUMNS": "200"}
    return {**demo.environment(place), **alone, "NO_COLOR": "1"}


def run(demo, place, command):
    return subprocess.run(
        demo.words(command),
        cwd=place / "search",
        env=environment(demo, place),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def masked(line):
    """A line without what differs from run to run: numbers, hashes, drawings, and what chance may decide."""
    line = re.sub(r"[─●│]+", " ", line)
    line = re.sub(r"\b(?:kept|discarded|undecided)\b(?=.*(?:Work out|Find the words|Choose))", "kept", line)
    line = re.sub(r"\bcommits\b", "commit", line)
    line = re.sub(r"\(#\d+(?:, #\d+)*\)", "(#)", line)
    line = re.sub(r"\b[0-9a-f]{7,40}\b", "#", line)
    line = re.sub(r"[+-]?\d[\d.,]*(?: of \d+)?(?: ?(?:%|ms|s|m)\b)?%?", "#", line)
    line = re.sub(r"#(?:[, ]+#)+", "#", line)
    return " ".join(line.split())


def pattern(line):
    """A line of the README as an expression: an ellipsis stands for anything."""
    return r"\s*.*\s*".join(re.escape(piece.strip()) for piece in masked(line).split("…"))


def test_what_chance_decides_is_masked():
    one, three = "Branch b: 1 commit (#7) on 974b2e2c51", "Branch b: 3 commits (#1, #4, #7) on 0123456789"
    assert masked(one) == masked(three)
    kept, lost = (
        "4  kept  +15.9 % (+13.2 to +18.6)  Find the words",
        "4  discarded  -1.9 % (-3.2 to +1.6)  Find the words",
    )
    assert masked(kept) == masked(lost)
    assert masked(kept) != masked(kept.replace("Find the words", "Stream the scores"))


def test_the_readme_shows_what_the_demo_runs(demo, transcript):
    assert [command for command, _ in transcript] == demo.COMMANDS.splitlines()


def test_the_transcript_is_what_happens(demo, place, transcript):
    for command, lines in transcript:
        done = run(demo, place, command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        printed = iter([masked(line) for line in done.stdout.splitlines()])
        for line in filter(str.strip, lines):
            assert any(re.match(pattern(line), text) for text in printed), (command, line, done.stdout)
        if command.startswith("autoloop init"):
            config = place / "search" / ".autoloop" / "config.toml"
            config.write_text(config.read_text() + CROWDED)
    experiments = json.loads(run(demo, place, "autoloop history --json").stdout)["result"]["experiments"]
    kept = {one["id"] for one in experiments if one["status"] == "kept"}
    assert ALWAYS_KEPT in kept
    assert not kept & NEVER_KEPT
    branch = run(demo, place, "git log --format=%s autoloop/faster-queries").stdout
    assert {int(number) for number in re.findall(r"exp-(\d+)", branch)} == kept
    assert run(demo, place, "git status --porcelain").stdout == ""
