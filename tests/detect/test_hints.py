"""What a command needs, and how to get it."""

from __future__ import annotations

import pytest

from autoloop.detect import install_hint, missing_tools
from autoloop.detect.suggest import _TIME


@pytest.mark.parametrize("tool", ["hyperfine", "uv", "cargo", "go", "npm", "dotnet", "./path/to/cmake"])
def test_known_tools(tool):
    assert install_hint(tool)
    assert "put it on PATH" not in install_hint(tool)


def test_unknown_tool():
    assert install_hint("frobnicate") == "install frobnicate, or put it on PATH"


def test_missing_tools_are_the_programs_not_the_arguments():
    command = "cd x && A=1 surely-not-there --flag other-word && ./local/script | true"
    assert missing_tools(command) == ("surely-not-there",)
    assert missing_tools("sh -c true") == ()


def test_the_suggested_command_fails_in_a_shell(tmp_path):
    import subprocess

    done = subprocess.run(["/bin/sh", "-c", _TIME.command], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode != 0
