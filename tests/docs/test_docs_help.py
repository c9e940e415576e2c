"""The pages in the terminal, and the manual page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from autoloop.program import COMMANDS


def asked(tmp_path, *arguments):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "autoloop", *arguments]
    return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=60)


def test_every_how_to_page_is_a_topic(root, tmp_path):
    pages = {page.stem for page in (root / "docs" / "how-to").glob("*.md")}
    document = json.loads(asked(tmp_path, "help", "--json").stdout)
    assert set(document["result"]["topics"]) == pages
    assert all(document["result"]["topics"].values()), "each page has a title"
    listed = asked(tmp_path, "help").stdout
    assert all(page in listed for page in pages)


def test_a_topic_is_shown_outside_of_any_repository(root, tmp_path):
    done = asked(tmp_path, "help", "noisy-benchmarks")
    assert done.returncode == 0
    assert done.stdout.strip() == (root / "docs/how-to/noisy-benchmarks.md").read_text().strip()


def test_a_commands_name_shows_its_options(tmp_path):
    assert "--exit-code" in asked(tmp_path, "help", "eval").stdout


def test_a_topic_that_is_not_there_names_the_nearest(tmp_path):
    done = asked(tmp_path, "help", "noisy-benchmark")
    assert done.returncode == 2
    assert "autoloop help noisy-benchmarks" in done.stderr


def test_the_manual_page_tells_of_every_command(root):
    page = (root / "docs/reference/autoloop.1").read_text()
    for name in COMMANDS:
        assert f".SS autoloop {name.replace('-', chr(92) + '-')}" in page, name


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not on this machine")
def test_the_manual_page_is_sound(root):
    page = root / "docs/reference/autoloop.1"
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", str(page)], capture_output=True, text=True, check=False, timeout=60
    )
    assert not done.stderr
    assert "what is worth trying" in done.stdout
