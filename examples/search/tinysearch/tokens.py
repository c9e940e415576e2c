"""Text to terms."""

import re

_WORD = re.compile(r"[^\W_]+")


def tokenize(text: str) -> list[str]:
    """The words of a text in order, folded so that case does not matter."""
    return _WORD.findall(text.casefold())
