"""Blobs as files: writing the bytes of objects to a directory, many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from autoloop.git.handle import Git


def write(git: Git, wanted: Mapping[Path, str]) -> None:
    """Write each blob's bytes to its file; the directories exist."""
    oids = sorted(set(wanted.values()))
    contents = read(git, oids)
    for file, oid in wanted.items():
        file.write_bytes(contents[oid])


def read(git: Git, oids: Iterable[str]) -> dict[str, bytes]:
    """The bytes of blobs."""
    names = list(oids)
    if not names:
        return {}
    answer = git.run("cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in names).encode())
    found = {}
    position = 0
    for oid in names:
        end = answer.index(b"\n", position)
        size = int(answer[position:end].rsplit(b" ", 1)[-1])
        found[oid] = answer[end + 1 : end + 1 + size]
        position = end + size + 2
    return found
