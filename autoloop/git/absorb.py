"""Moving objects and anchors from ``.autoloop`` into the repository, once git can write there again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

from autoloop.git import overlay, refs
from autoloop.git.handle import Git
from autoloop.git.operations import writable
from autoloop.paths import Layout

_FAN = re.compile(r"[0-9a-f]{2}")
_REST = re.compile(r"[0-9a-f]{38}|[0-9a-f]{62}")


def absorb(git: Git) -> bool:
    """See ``Repository.absorb``. Each step can be repeated: a pack of the same objects, references to the same ones."""
    objects = git.objects
    if objects is None or not writable(git):
        return False
    for pack in _packs(git, objects):
        git.run("index-pack", "--stdin", stdin=pack, own_objects=True)
    refs.anchor_in(git, overlay.anchors(git))
    refs.flush(git)
    layout = Layout(git.root)
    layout.anchors.unlink(missing_ok=True)
    rmtree(objects)
    return True


def _packs(git: Git, objects: Path) -> Iterator[bytes]:
    """Everything in the directory: what git has packed there by itself, and one pack of the rest."""
    yield from (pack.read_bytes() for pack in sorted(objects.glob("pack/*.pack")))
    loose = [
        f"{folder.name}{file.name}\n"
        for folder in sorted(objects.iterdir())
        if _FAN.fullmatch(folder.name)
        for file in sorted(folder.iterdir())
        if _REST.fullmatch(file.name)
    ]
    if loose:
        yield git.run("pack-objects", "-q", "--stdout", stdin="".join(loose).encode())
