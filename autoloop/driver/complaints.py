"""What an agent's last words mean: turned away, not logged in, a refusal. Pure."""

from __future__ import annotations

import re

_RATE = re.compile(
    r"\b429\b|rate.?limit|too many requests|quota|usage limit|resource.?exhausted|overloaded|\b529\b"
    r"|high demand|temporar(y|ily) (error|unavailable|failure)|try again later|\bstatus(?: code)?:? 50[0234]\b"
    r"|internal server error|bad gateway|service unavailable|gateway time-?out",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"\b401\b|not logged in|log ?in\b.*(first|again|required)|please run /login|unauthorized|invalid.{0,10}api.?key"
    r"|(missing|no|set|invalid).{0,30}(api.?key|auth method|credentials)|authentication",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\b(I'm sorry|I am sorry|I can.?t|I cannot|I won't|I'm unable|I am unable|not able to help)\b",
    re.IGNORECASE,
)


def turned_away(text: str) -> bool:
    """The model's provider wants fewer calls, or calls later: a rate limit, or a failure of its own that passes."""
    return _RATE.search(text) is not None


def not_logged_in(text: str) -> bool:
    """Nobody is logged in, or the key is not valid."""
    return _LOGIN.search(text) is not None


def refused(text: str) -> bool:
    """The agent would not do it."""
    return _REFUSAL.search(text) is not None
