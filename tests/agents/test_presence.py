"""Whether a client can be used is asked of the program itself, and each way of not answering has its own name."""

from __future__ import annotations

import os

import pytest

from autoloop import agents
from autoloop.agents import presence
from autoloop.commands.answer import App
from autoloop.commands.run import check_installed
from autoloop.errors import CommandError
from autoloop.readiness import client as readiness


@pytest.fixture
def codex(tmp_path, monkeypatch):
    """Writes the stand-in for Codex, the only client in PATH."""
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path), os.defpath]))

    def written(text: str) -> agents.Client:
        (tmp_path / "codex").write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / "codex").chmod(0o755)
        return agents.client("codex")

    return written


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("echo codex-cli 0.169.0", (0, 169, 0)),
        ("echo 1.2.3.4; echo goodbye", (1, 2, 3)),
        ("echo hello", ()),
    ],
)
def test_the_version(codex, text, version):
    assert agents.installed_version(codex(text)) == version


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("echo codex-cli 0.99.1", "agent_too_old", "at least 0.100 is needed"),
        ("echo cannot find libx >&2; exit 3", "agent_broken", "failed (failed)"),
        ("exec no-such-interpreter", "agent_broken", "failed (not_found)"),
        ("while true; do sleep 0.05; done", "agent_slow", "did not answer within"),
    ],
)
def test_what_is_wrong(codex, monkeypatch, text, code, words):
    monkeypatch.setattr(presence, "_PATIENCE", 2.0 if code != "agent_slow" else 0.3)
    one = codex(text)
    with pytest.raises(CommandError) as caught:
        agents.installed_version(one)
    assert caught.value.code == code
    assert words in caught.value.what
    assert caught.value.fix
    check = next(readiness.checks(one))
    assert check.status == ("warn" if code == "agent_slow" else "fail")
    assert check.fix


def test_a_run_goes_on_with_a_slow_client_and_says_so(codex, monkeypatch):
    monkeypatch.setattr(presence, "_PATIENCE", 0.3)
    app, told = App(), []
    app.notify = told.append
    check_installed(app, codex("while true; do sleep 0.05; done"))
    assert [(one.notable, "did not answer" in one.text) for one in told] == [(True, True)]
    with pytest.raises(CommandError):
        check_installed(app, codex("echo codex-cli 0.99.1"))


def test_what_it_complains_of_is_told(codex):
    with pytest.raises(CommandError) as caught:
        agents.installed_version(codex("echo cannot find libx >&2; exit 3"))
    assert caught.value.why == "cannot find libx"


def test_not_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError) as caught:
        agents.installed_version(agents.client("codex"))
    assert caught.value.code == "agent_not_installed"
    assert caught.value.fix == "npm install -g @openai/codex"
