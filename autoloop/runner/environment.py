"""The environment of the user's commands: everything inherited, less what is not theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

MARK = "AUTOLOOP_RUN"
_SHORTEST_SECRET = 8
_CREDENTIAL = re.compile(
    r"(^|_)(TOKEN|KEY|SECRET|CREDENTIALS?|PASSPHRASE|PAT|AUTH)$"
    r"|(PASSWORD|PASSWD|_PWD|APIKEY|AUTHTOKEN)$"
    r"|(^|_)(API_?KEY|ACCESS_KEY|SECRET|PRIVATE_KEY|AUTH_TOKEN|PASSWORD)(_|$)",
    re.IGNORECASE,
)


def inherited(environ: Mapping[str, str], keep: Sequence[str] = ()) -> dict[str, str]:
    """``environ`` without ``GIT_*`` and without credentials.

    Args:
        environ: usually ``os.environ``.
        keep: names or globs that pass all the same.
    """
    return {name: value for name, value in environ.items() if _allowed(name, keep)}


def is_credential(name: str) -> bool:
    """Whether a variable's name says that its value is a secret."""
    return _CREDENTIAL.search(name) is not None


def secrets(*environs: Mapping[str, str]) -> dict[str, str]:
    """Values to be redacted, by variable name: what looks like a credential and is at least 8 characters long."""
    return {
        name: value
        for environ in environs
        for name, value in environ.items()
        if is_credential(name) and len(value) >= _SHORTEST_SECRET
    }


def _allowed(name: str, keep: Sequence[str]) -> bool:
    if any(fnmatchcase(name, pattern) for pattern in keep):
        return True
    return not name.startswith("GIT_") and not is_credential(name)
