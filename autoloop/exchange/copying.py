"""Copies of files: bytes, permissions and links exactly as they are."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from autoloop.exchange.looking import is_directory, target_of
from autoloop.exchange.records import parents

_MANY = 30  # from here on one flush of everything is quicker than one of each


def copy_file(source: Path, copy: Path) -> None:
    """A file's bytes and permissions, or a link as it is written; what an earlier, killed copy left is replaced."""
    copy.unlink(missing_ok=True)
    if source.is_symlink():
        os.symlink(target_of(source), os.fsencode(copy))  # noqa: PTH211 - a Path would tidy the target up
        return
    shutil.copyfile(source, copy)
    copy.chmod(stat.S_IMODE(source.stat().st_mode))


def mirror_parents(root: Path, folder: Path, path: str) -> None:
    """Make the directories above a path in ``folder`` too, as far as they exist, with their permissions."""
    for parent, mirrored in zip(parents(root, path), parents(folder, path), strict=True):
        if not is_directory(parent):
            return
        if not mirrored.is_dir():
            mirrored.mkdir()
            mirrored.chmod(stat.S_IMODE(parent.stat().st_mode) | stat.S_IRWXU)


def sync(folder: Path) -> None:
    """Have the copies on the disk before anything is moved: nowhere else are the candidate's bytes as they are."""
    files = [
        file
        for directory, _, names in os.walk(os.fsencode(folder))
        for name in (*names, b"")
        if not os.path.islink(file := os.path.join(directory, name))  # noqa: PTH114, PTH118 - names are bytes
    ]
    if len(files) > _MANY:
        os.sync()
        return
    for file in files:
        _flush(file)


def _flush(file: bytes) -> None:
    fd = os.open(file, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
