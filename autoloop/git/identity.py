"""Who commits."""

from __future__ import annotations

import re

from autoloop.git.handle import Git
from autoloop.git.values import Identity

_FALLBACK = Identity("AutoLoop", "autoloop@localhost", fallback=True)
_IDENT = re.compile(r"(.*) <(.*)> \d+ [+-]\d{4}")
# without it git makes up a name from the machine's user and host
_NO_GUESS = ("user.useConfigOnly=true",)


def find(git: Git) -> Identity:
    """The configured author; AutoLoop's own name when git knows nobody."""
    return _ask(git, "GIT_AUTHOR_IDENT") or _FALLBACK


def environment(git: Git, author: Identity, dates: tuple[str | None, str | None] = (None, None)) -> dict[str, str]:
    """The environment that makes a commit this author's; dates are the author's and the committer's.

    The committer is the configured one, or the author when git knows none.
    """
    committer = _ask(git, "GIT_COMMITTER_IDENT") or author
    named = {
        "GIT_AUTHOR_NAME": author.name,
        "GIT_AUTHOR_EMAIL": author.email,
        "GIT_COMMITTER_NAME": committer.name,
        "GIT_COMMITTER_EMAIL": committer.email,
    }
    dated = zip(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), dates, strict=True)
    return named | {name: date for name, date in dated if date is not None}


def _ask(git: Git, variable: str) -> Identity | None:
    answer = git.ask("var", variable, options=_NO_GUESS, ok=(0, 1, 128))
    found = _IDENT.fullmatch(answer.out.decode(errors="replace").strip()) if answer.code == 0 else None
    return Identity(found[1], found[2]) if found else None
