"""AutoLoop's own files as they were when somebody else got the floor, and whether they were tampered with.

Using the program is no tampering: the journal then grew by sound lines, and everything else follows from it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from autoloop.errors import StateError
from autoloop.paths import Layout
from autoloop.store.chain import verified
from autoloop.store.files import Io, read, replace
from autoloop.store.home import make_directory
from autoloop.store.trouble import from_os


class Frozen(NamedTuple):
    """The bytes of each file, None for one that was not there."""

    files: dict[Path, bytes | None]


def freeze(layout: Layout) -> Frozen:
    """Look at everything that decides what happens next."""
    watched = (layout.journal, layout.state, layout.config, layout.baseline, layout.gitignore)
    return Frozen({path: read(path) for path in watched})


def tampered(layout: Layout, frozen: Frozen) -> tuple[Path, ...]:
    """The files that were changed by anything but the program, in the order to put them back."""
    now = {path: _present(path) for path in frozen.files}
    differing = tuple(path for path, data in frozen.files.items() if now[path] != data)
    grown = now[layout.journal] != frozen.files[layout.journal]
    if grown and _continues(layout, now[layout.journal], frozen.files[layout.journal]):
        return tuple(path for path in differing if path in {layout.config, layout.gitignore})
    return differing


def _present(path: Path) -> bytes | None:
    try:
        return read(path)
    except StateError:
        return None  # a link or a directory in its place


def _continues(layout: Layout, now: bytes | None, before: bytes | None) -> bool:
    if now is None or before is None or not now.startswith(before):
        return False
    try:
        return verified(layout).ok
    except StateError:
        return False


def put_back(layout: Layout, io: Io, frozen: Frozen) -> tuple[str, ...]:
    """Bring tampered files back; answers their names.

    Raises:
        StateError: the system refused.
    """
    found = tampered(layout, frozen)
    for path in found:
        data = frozen.files[path]
        make_directory(io, path.parent)
        try:
            _clear(path)
            if data is not None:
                replace(io, layout.home / "put-back", path, data, durable=True)
        except OSError as error:
            raise from_os(error, path, "written") from error
    return tuple(path.name for path in found)


def _clear(path: Path) -> None:
    """Nothing but a file may be in a file's place."""
    if path.is_dir() and not path.is_symlink():
        import shutil

        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
