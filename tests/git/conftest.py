"""Nothing of the machine's git configuration, and a fixed author."""

from __future__ import annotations

import os
import subprocess

import pytest
from git_world import World

from autoloop.git import process, refs, snapshot


@pytest.fixture(autouse=True)
def hermetic(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    settings = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_AUTHOR_NAME": "Ada Author",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada Author",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "GIT_AUTHOR_DATE": "1700000000 +0000",
        "GIT_COMMITTER_DATE": "1700000000 +0000",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def hasty(monkeypatch):
    """Nothing waits for the disk, and git starts without a detour: for tests of what is done, not of how."""
    slow = process._OPTIONS
    fast = ("core.fsync=none", *(option for option in slow if not option.startswith("core.fsync=")))
    monkeypatch.setattr(process, "_OPTIONS", fast)
    monkeypatch.setattr(snapshot, "_BULK", ())
    monkeypatch.setattr(refs, "flush", lambda git: None)
    monkeypatch.setattr(process, "_wait", started_directly)


def started_directly(call, version, files):
    stdin, out, err = files
    argv = ["git", *process._arguments(call, version)]
    done = subprocess.run(
        argv, check=False, stdin=stdin, stdout=out, stderr=err, env=process.environment(call.env), cwd=call.cwd
    )
    return done.returncode


@pytest.fixture
def bare_world(tmp_path) -> World:
    """A repository without a commit."""
    return World(tmp_path / "bare_world")


@pytest.fixture
def world(tmp_path) -> World:
    """A repository with a first commit, ignored files and a workspace."""
    return World(tmp_path / "world").furnish()
