"""Completion in a real bash; the scripts of the other shells are at least there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SCRIPT = """\
source <(autoloop completion bash)
complete -p autoloop >/dev/null || exit 3
COMP_WORDS=({words}) COMP_CWORD={place}
_autoloop_completion autoloop
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def shell(tmp_path):
    """Runs bash with an `autoloop` on its path."""
    program = tmp_path / "bin" / "autoloop"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m autoloop "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"

    def run(text):
        clean = {"PATH": path, "HOME": str(tmp_path)}
        done = subprocess.run(
            ["bash", "--norc", "-c", text], cwd=tmp_path, env=clean, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.split()

    return run


@pytest.mark.parametrize(
    ("words", "place", "offered"),
    [
        ("autoloop sta", 1, ["status"]),
        ("autoloop session ''", 2, ["end", "list", "start"]),
        ("autoloop eval --ex", 2, ["--exit-code"]),
        ("autoloop completion ''", 2, ["bash", "zsh", "fish"]),
    ],
)
def test_bash_completes(shell, words, place, offered):
    assert shell(SCRIPT.format(words=words, place=place)) == offered


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_every_shell_has_a_script(shell, name):
    assert "_AUTOLOOP_COMPLETE" in " ".join(shell(f"autoloop completion {name}"))
