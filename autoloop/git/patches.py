"""Many differences at once: one run of git for all of them, however many experiments a report tells of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from autoloop.git.handle import Git

_HEADER = re.compile(rb"^([0-9a-f]{40,64}) ([0-9a-f]{40,64})$", re.MULTILINE)
_LARGE = "core.bigFileThreshold=512k"  # a larger file counts as binary: nobody reads its difference in a report


def between(git: Git, pairs: Sequence[tuple[str, str]]) -> list[str | None]:
    """The patch from the first to the second tree of each pair; None where git no longer has one of them."""
    known = _known(git, sorted({tree for pair in pairs for tree in pair}))
    asked = list(dict.fromkeys(pair for pair in pairs if known.issuperset(pair)))
    shown = git.run(
        *("diff-tree", "--stdin", "-r", "-p", "--no-ext-diff", "--no-textconv", "--no-color"),
        stdin="".join(f"{before} {after}\n" for before, after in asked).encode(),
        options=(_LARGE,),
    )
    found = dict(zip(asked, _parts(shown), strict=True))
    return [found.get(pair) for pair in pairs]


def _known(git: Git, trees: Sequence[str]) -> set[str]:
    told = git.run(
        "cat-file", "--batch-check=%(objectname) %(objecttype)", stdin="".join(f"{t}\n" for t in trees).encode()
    )
    words = (line.split() for line in told.decode(errors="replace").splitlines())
    return {name for name, kind in words if kind == "tree"}


def _parts(shown: bytes) -> list[str]:
    """What follows each header line; no line of a patch looks like one."""
    ends = [*(found.start() for found in _HEADER.finditer(shown)), len(shown)]
    starts = [found.end() + 1 for found in _HEADER.finditer(shown)]
    return [shown[a:b].decode(errors="replace") for a, b in zip(starts, ends[1:], strict=True)]
