"""Where git's own directory cannot be written (a sandbox, a read-only mount): objects and anchors beside it.

New objects go to ``.autoloop/objects``, which git reads together with the repository's own (as an alternate); what is
anchored is noted in ``.autoloop/anchors.json``. The directory's being there is what turns this on, for every call and
every process; ``absorb`` moves everything over once git can write again, and turns it off. Branches and the index stay
as they are all the while.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from autoloop.git.handle import Git
from autoloop.git.operations import writable
from autoloop.paths import Layout

_DRAFT = ".new"


def prepare(git: Git) -> None:
    """Make room for objects, where there is a workspace and git may not write."""
    layout = Layout(git.root)
    if git.objects is None and layout.home.is_dir() and not writable(git):
        with suppress(OSError):  # then nothing can be written at all, and git will say so
            layout.objects.mkdir()


def anchors(git: Git) -> dict[str, str]:
    """What is anchored here: reference to object."""
    try:
        found = _file(git).read_bytes()
    except FileNotFoundError:
        return {}
    return msgspec.json.decode(found, type=dict[str, str])


def anchor(git: Git, refs: Mapping[str, str]) -> None:
    """Note these references; their objects are on the disk."""
    _write(git, anchors(git) | dict(refs))


def drop(git: Git, names: Iterable[str]) -> None:
    """Forget these references."""
    gone = set(names)
    found = anchors(git)
    if gone & found.keys():
        _write(git, {name: oid for name, oid in found.items() if name not in gone})


def _write(git: Git, wanted: Mapping[str, str]) -> None:
    file = _file(git)
    draft = file.with_name(file.name + _DRAFT)
    with draft.open("wb") as stream:
        stream.write(msgspec.json.encode(wanted))
        stream.flush()
        os.fsync(stream.fileno())
    draft.rename(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _file(git: Git) -> Path:
    return Layout(git.root).anchors
