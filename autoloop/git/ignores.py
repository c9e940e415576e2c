"""Which untracked files belong to an experiment: the rules that held when it began, as well as those of now.

Whatever was ignored when the experiment began stays off limits, even if the experiment edits ``.gitignore``; what was
not ignored stays in sight, even if the experiment hides it.
"""

from __future__ import annotations

import os
from pathlib import Path

from autoloop.git import files, index, status, trees
from autoloop.git.handle import Git
from autoloop.git.names import joined, locate, ours, parents, split
from autoloop.git.records import Records
from autoloop.git.values import GITLINK, Entry, Remembered

_RULES = b".gitignore"
_HERE = b"./"
_NONE_IGNORED = 1


def as_before(git: Git, seen: status.WorkTree, tracked: index.Index, since: Remembered, own: Path) -> None:
    """Change what was seen of untracked files to what an experiment that began at ``since`` may call its own."""
    before = trees.read(git, since.tree)
    ignored = set(Records(git, since.records).ignored())
    seen.untracked = [path for path in seen.untracked if not _within(path, ignored)]
    listed = set(seen.untracked)
    hidden = [
        path
        for path, entry in before.items()
        if path not in tracked and path not in listed and _is_file(git, path, entry)
    ]
    seen.untracked += hidden
    rules = {path: entry.oid for path, entry in before.items() if path.rsplit(b"/", 1)[-1] == _RULES}
    if _rules_now(git, tracked, seen) != rules:
        seen.untracked += _newly_hidden(git, ignored | set(seen.untracked), rules, own)


def _within(path: bytes, ignored: set[bytes]) -> bool:
    return path in ignored or any(parent + b"/" in ignored for parent in parents(path))


def _is_file(git: Git, path: bytes, entry: Entry) -> bool:
    if entry.mode == GITLINK or files.linked_parent(git.root, path) is not None:
        return False
    file = locate(git.root, path)
    return file.is_symlink() or file.is_file()


def _rules_now(git: Git, tracked: index.Index, seen: status.WorkTree) -> dict[bytes, str]:
    paths = [path for path in (*tracked, *seen.untracked) if path.rsplit(b"/", 1)[-1] == _RULES and not ours(path)]
    found = {path: files.look(git, path) for path in paths}
    return {path: entry.oid for path, entry in found.items() if entry is not None}


def _newly_hidden(git: Git, known: set[bytes], rules: dict[bytes, str], own: Path) -> list[bytes]:
    """Files that are ignored now but would not have been when the experiment began."""
    entries = status.look(git, own / "index", ignored=True).ignored
    candidates = [path for entry in entries if not _within(entry, known) for path in _expanded(git, entry)]
    candidates = [path for path in candidates if not _within(path, known)]
    if not candidates:
        return []
    still = _ignored_by(git, rules, candidates, own)
    return [path for path in candidates if path not in still]


def _ignored_by(git: Git, rules: dict[bytes, str], paths: list[bytes], own: Path) -> set[bytes]:
    """The paths that these rule files (path to blob) would ignore: asked in a work tree that holds nothing else."""
    work_tree = own / "rules"
    work_tree.mkdir()
    for path, oid in rules.items():
        file = locate(work_tree, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(git.run("cat-file", "blob", oid))
    answer = git.ask(
        "check-ignore",
        "--no-index",
        "-z",
        "--stdin",
        # this command does not take literal names; with a dot in front no name can be magic
        stdin=joined([_HERE + path for path in paths]),
        env=git.within(own / "none", work_tree) | {"GIT_LITERAL_PATHSPECS": "0"},
        cwd=work_tree,
        ok=(0, _NONE_IGNORED),
    )
    return {path.removeprefix(_HERE) for path in split(answer.out)}


def _expanded(git: Git, entry: bytes) -> list[bytes]:
    """The files of an ignored directory, without those of nested repositories."""
    if not entry.endswith(b"/"):
        return [entry]
    found: list[bytes] = []
    top = os.fsencode(git.root)
    for directory, inner, names in os.walk(os.path.join(top, entry[:-1])):  # noqa: PTH118 - names are bytes here
        if b".git" in (*inner, *names):
            inner.clear()
            continue
        relative = os.path.relpath(directory, top)
        links = [name for name in inner if os.path.islink(os.path.join(directory, name))]  # noqa: PTH114, PTH118
        found += [relative + b"/" + name for name in (*names, *links)]
    return found
