from __future__ import annotations

import pytest

from autoloop.runner.environment import inherited, is_credential, secrets

CREDENTIALS = """
GITHUB_TOKEN ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN OPENAI_API_KEY AWS_SECRET_ACCESS_KEY AWS_ACCESS_KEY_ID
AWS_SESSION_TOKEN DB_PASSWORD PGPASSWORD MYSQL_PWD npm_config__authtoken SSH_PRIVATE_KEY client_secret PASSWORD
GH_PAT GOOGLE_APPLICATION_CREDENTIALS DATABASE_PASSWORD_FILE APIKEY KEY_PASSPHRASE NPM_AUTH
"""
ORDINARY = """
PATH HOME PYTHONHASHSEED TOKENIZERS_PARALLELISM MAX_TOKENS KEYBOARD SECRETARY MONKEY PATTERN VIRTUAL_ENV
CARGO_HOME SSH_AUTH_SOCK PWD OLDPWD LANG COMPAT
"""


@pytest.mark.parametrize(
    "name",
    CREDENTIALS.split(),
)
def test_credentials_by_name(name):
    assert is_credential(name)


@pytest.mark.parametrize(
    "name",
    ORDINARY.split(),
)
def test_ordinary_names(name):
    assert not is_credential(name)


def test_git_and_credentials_stay_behind_unless_allowed():
    environ = {"PATH": "p", "GIT_DIR": "x", "GITHUB_TOKEN": "t", "HF_TOKEN": "h", "GIT_AUTHOR_NAME": "a", "GITTER": "g"}
    assert inherited(environ) == {"PATH": "p", "GITTER": "g"}
    allowed = inherited(environ, ("HF_*", "GIT_AUTHOR_NAME"))
    assert allowed == {"PATH": "p", "GITTER": "g", "HF_TOKEN": "h", "GIT_AUTHOR_NAME": "a"}


def test_secrets_are_long_enough_to_be_told_from_words():
    environs = {"A_TOKEN": "12345678", "B_TOKEN": "1234567", "PATH": "/usr/bin:/bin"}, {"C_SECRET": "123456789"}
    assert secrets(*environs) == {"A_TOKEN": "12345678", "C_SECRET": "123456789"}


def test_the_command_gets_what_is_left(execute, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.setenv("GIT_DIR", "elsewhere")
    monkeypatch.setenv("SOME_API_KEY", "abcdefgh")
    monkeypatch.setenv("ODD", "\udcff")
    done = execute("echo $PYTHONHASHSEED $GIT_DIR $SOME_API_KEY $ODD $EXTRA", env={"EXTRA": "more"})
    assert done.stdout.read_bytes() == b"7 \xff more\n"
