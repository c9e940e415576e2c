"""Trees: reading, comparing, committing."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Mapping, Sequence

from autoloop.git.handle import Git, snapshot_identity
from autoloop.git.names import decode, encode, joined, split
from autoloop.git.values import Change, Entry

_MODES = {"tree": "040000", "blob": "100644"}
_OBJECT = re.compile(r"[0-9a-f]{40}")
_ABSENT = "000000"
_META = re.compile(rb":(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) [A-Z]\d*")


def read(git: Git, tree: str) -> Mapping[bytes, Entry]:
    """Every file of a tree."""
    return _read_object(git, tree) if _OBJECT.match(tree) else _read(git, tree)


def compare(git: Git, before: str, after: str) -> tuple[Change, ...]:
    """What differs between two trees or commits, path by path; a rename is a removal and an addition."""
    objects = _OBJECT.match(before) and _OBJECT.match(after)
    return _compare_objects(git, before, after) if objects else _compare(git, before, after)


def _read(git: Git, tree: str) -> Mapping[bytes, Entry]:
    found = {}
    for record in split(git.run("ls-tree", "-r", "-z", "--full-tree", tree)):
        meta, _, path = record.partition(b"\t")
        mode, _, oid = meta.split(b" ")
        found[path] = Entry(mode.decode(), oid.decode())
    return found


def _compare(git: Git, before: str, after: str) -> tuple[Change, ...]:
    return _changes(git.run("diff-tree", "-r", "-z", "--no-renames", before, after))


# an object never changes, so that nobody has to ask twice
_read_object = functools.lru_cache(maxsize=8)(_read)
_compare_objects = functools.lru_cache(maxsize=32)(_compare)


def make(git: Git, entries: Mapping[str, tuple[str, str]]) -> str:
    """A tree of one level: name to kind (``tree`` or ``blob``) and id."""
    listing = "".join(f"{_MODES[kind]} {kind} {oid}\t{name}\0" for name, (kind, oid) in entries.items())
    return git.line("mktree", "-z", stdin=listing.encode())


def with_entry(git: Git, tree: str, name: str, subtree: str) -> str:
    """A tree with another tree under one name of its top level."""
    listing = git.run("ls-tree", "-z", "--full-tree", tree)
    others = [line for line in split(listing) if line.partition(b"\t")[2] != name.encode()]
    line = f"{_MODES['tree']} tree {subtree}\t{name}".encode()
    return git.line("mktree", "-z", stdin=joined([*others, line]))


def commit(
    git: Git,
    tree: str,
    parents: Sequence[str],
    message: str,
    *,
    env: Mapping[str, str] | None = None,
    sign: bool = False,
) -> str:
    """Write a commit object, nothing more; without ``env`` it is AutoLoop's own."""
    above = [word for parent in parents for word in ("-p", parent)]
    return git.line(
        "commit-tree",
        *(["-S"] if sign else []),
        *above,
        "-F",
        "-",
        tree,
        stdin=message.replace("\0", "").encode(errors="replace"),
        env=snapshot_identity() if env is None else env,
    )


def show(git: Git, before: str, after: str, options: Sequence[str], paths: Sequence[str]) -> str:
    """A difference for people to read."""
    return git.run(
        "diff",
        "--no-ext-diff",
        "--no-textconv",
        *options,
        before,
        after,
        "--",
        *(os.fsdecode(decode(path)) for path in paths),
    ).decode(errors="replace")


def tree_of(git: Git, commit: str | None) -> str:
    """A commit's tree, or the empty one."""
    return git.empty_tree if commit is None else git.line("rev-parse", "--verify", f"{commit}^{{tree}}")


def _changes(listing: bytes) -> tuple[Change, ...]:
    records = split(listing)
    return tuple(_change(meta, path) for meta, path in zip(records[::2], records[1::2], strict=True))


def _change(meta: bytes, path: bytes) -> Change:
    found = _META.fullmatch(meta)
    if found is None:
        raise ValueError(f"git wrote {meta!r} where a change should be")
    old_mode, new_mode, old_oid, new_oid = (part.decode() for part in found.groups())
    return Change(encode(path), *_side(old_mode, old_oid), *_side(new_mode, new_oid))


def _side(mode: str, oid: str) -> tuple[str | None, str | None]:
    return (None, None) if mode == _ABSENT else (mode, oid)
