"""What a discard must know and a tree cannot say, stored as git objects so that one reference holds it all.

The records are a tree: ``index`` (the user's index as a tree), ``raw`` (bytes of files that git would not give back as
they were), ``ignored`` (names, NUL-terminated) and ``facts.json``.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

import msgspec

from autoloop.git import index, trees
from autoloop.git.handle import Git
from autoloop.git.names import decode, encode, joined, split
from autoloop.git.values import REGULAR, Entry, Staged

FACTS = "facts.json"


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a tree cannot say; paths are text.

    Attributes:
        permissions: of files and directories that are not the usual 0644, 0755.
        smudged: files whose bytes are not stored, because a filter makes them again.
        directories: every directory that was looked into.
        intent, assume_unchanged, skip_worktree: index entries with that flag.
    """

    permissions: dict[str, int] = {}
    smudged: tuple[str, ...] = ()
    directories: tuple[str, ...] = ()
    intent: dict[str, Entry] = {}
    assume_unchanged: tuple[str, ...] = ()
    skip_worktree: tuple[str, ...] = ()


class Known(msgspec.Struct, frozen=True):
    """What is to be recorded: the user's index, raw bytes (path to blob), ignored names and the facts so far."""

    staged: index.Index
    index_tree: str
    raw: Mapping[bytes, str]
    ignored: list[bytes]
    facts: Facts


def save(git: Git, own: Path, known: Known) -> str:
    """Write the records, using the directory ``own``; their tree's id."""
    staged = known.staged
    raws: dict[bytes, Entry | None] = {path: Entry(REGULAR, oid) for path, oid in known.raw.items()}
    flagged = msgspec.structs.replace(
        known.facts,
        intent={encode(path): Entry(one.mode, one.oid) for path, one in staged.items() if one.intent},
        assume_unchanged=tuple(encode(path) for path, one in staged.items() if one.assume_unchanged),
        skip_worktree=tuple(encode(path) for path, one in staged.items() if one.skip_worktree),
    )
    return trees.make(
        git,
        {
            "index": ("tree", known.index_tree),
            "raw": ("tree", index.tree_with(git, None, raws, own)),
            "ignored": ("blob", blob(git, joined(known.ignored))),
            FACTS: ("blob", blob(git, msgspec.json.encode(flagged))),
        },
    )


def blob(git: Git, content: bytes) -> str:
    """Store bytes as they are."""
    return git.line("hash-object", "-w", "--stdin", stdin=content)


class Records:
    """Reads what ``save`` wrote."""

    def __init__(self, git: Git, tree: str) -> None:
        self._git = git
        self._tree = tree

    @functools.cached_property
    def facts(self) -> Facts:
        """The facts of ``facts.json``."""
        return msgspec.json.decode(self._git.run("cat-file", "blob", f"{self._tree}:{FACTS}"), type=Facts)

    def ignored(self) -> list[bytes]:
        """Ignored files, and ignored directories with a slash at the end."""
        return split(self._git.run("cat-file", "blob", f"{self._tree}:ignored"))

    def raw(self) -> dict[bytes, str]:
        """Blobs with the bytes of files as they were on disk."""
        return {path: entry.oid for path, entry in trees.read(self._git, f"{self._tree}:raw").items()}

    @functools.cached_property
    def index(self) -> index.Index:
        """The user's index as it was."""
        facts = self.facts
        assumed, skipped = set(facts.assume_unchanged), set(facts.skip_worktree)
        held = {encode(path): entry for path, entry in trees.read(self._git, f"{self._tree}:index").items()}
        return {
            decode(path): Staged(entry.mode, entry.oid, path in facts.intent, path in assumed, path in skipped)
            for path, entry in (held | facts.intent).items()
        }
