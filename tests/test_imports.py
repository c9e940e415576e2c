"""What a command leaves alone: agents look all the time, and looking must not pay for acting."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ACTING = {"sh", "structlog", "rich", "transitions", "tomlkit", "pathspec"}
LOADED = """
import json, sys
from autoloop.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print(json.dumps({"code": end.code, "modules": sorted(sys.modules)}))
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An ordinary repository without a workspace."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True, env=environment, timeout=120)
    return tmp_path


def loaded(repository: Path, *arguments: str) -> set[str]:
    """The modules that a fresh interpreter has after the command."""
    environment = {**os.environ, "XDG_STATE_HOME": str(repository / "state"), "HOME": str(repository)}
    ran = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        cwd=repository,
        env=environment,
        capture_output=True,
        check=True,
        timeout=60,
    )
    answer, told = ran.stdout.splitlines()
    assert json.loads(answer)["ok"] is True
    found = json.loads(told)
    assert found["code"] == 0
    return set(found["modules"])


def test_status_is_answered_with_msgspec_alone(repository):
    seen = loaded(repository, "status", "--json")
    assert not seen & (ACTING | {"yaml", "click", "autoloop.payloads", "autoloop.git", "autoloop.config"})


def test_history_does_not_load_what_acts(repository):
    assert not loaded(repository, "history", "--json") & (ACTING | {"yaml"})


def test_next_asks_the_table_without_the_machine(repository):
    assert not loaded(repository, "next", "--json") & {"transitions", "structlog", "rich", "click"}


@pytest.mark.parametrize("command", ["status", "next"])
def test_both_lanes_give_the_same_answer(repository, command):
    def printed(*arguments):
        ran = subprocess.run(
            [sys.executable, "-m", "autoloop", *arguments],
            cwd=repository,
            capture_output=True,
            check=True,
            timeout=60,
        )
        return ran.stdout

    assert printed(command, "--json") == printed("--json", command) == printed("--quiet", command, "--json")
