"""Files of a tree, made the way a checkout makes them, in a directory of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autoloop.git.handle import Git, private
from autoloop.git.names import decode, joined
from autoloop.git.values import GITLINK, Change, Side


def materialise(git: Git, tree: str, paths: Iterable[bytes], target: Path, scratch: Path) -> None:
    """Write these files of ``tree`` below ``target``, with filters, line ends, modes and symbolic links.

    The attributes that apply are the tree's own: ``target`` is a work tree with an index of its own.
    """
    listing = joined(list(paths))
    target.mkdir(parents=True, exist_ok=True)
    if not listing:
        return
    with private(scratch) as own:
        git.run("read-tree", tree, env=git.within(own / "index"))
        git.run(
            "checkout-index",
            "-q",
            "-f",
            "-z",
            "--stdin",
            stdin=listing,
            env=git.within(own / "index", target),
            cwd=target,
        )


def on_side(changes: Iterable[Change], side: Side) -> list[bytes]:
    """The changed files that exist on one side; a submodule's pointer is no file."""
    sides = ((change.path, change.old if side == "before" else change.new) for change in changes)
    return [decode(path) for path, entry in sides if entry is not None and entry.mode != GITLINK]
