"""What an exchange is: everything needed to do it and to undo it, as data."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import msgspec

from autoloop.git import path_bytes, path_text

Side = Literal["incumbent", "candidate"]
SIDES: tuple[Side, Side] = ("incumbent", "candidate")
CANDIDATE = "candidate"


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is at a path.

    Attributes:
        kind: a directory counts as absent, git knows only what is in it; ``other`` is what git does not know at all.
        executable: the owner's execute bit.
        digest: of a file's bytes or a link's target.
    """

    kind: Literal["file", "link", "absent", "other"] = "absent"
    executable: bool = False
    digest: str = ""

    @property
    def ours(self) -> bool:
        """Whether it is something that an exchange brings and takes away."""
        return self.kind in {"file", "link"}


class Swap(msgspec.Struct, frozen=True):
    """One path on both sides; its name is written as ``autoloop.git`` writes names."""

    path: str
    incumbent: Content
    candidate: Content

    def on(self, side: Side) -> Content:
        """What the path is on that side."""
        return self.incumbent if side == "incumbent" else self.candidate


class Exchange(msgspec.Struct, frozen=True):
    """All that is needed to exchange and to restore, whatever happens in between; to be journalled before ``put``.

    Attributes:
        root: the work tree; this and the other names are written as ``autoloop.git`` writes names.
        store: directory of the copies, on the work tree's file system; ``restore`` removes it.
        incumbent: directory that holds the incumbent's files.
        swaps: the paths, in the order of their bytes.
    """

    root: str
    store: str
    incumbent: str
    swaps: tuple[Swap, ...]

    @property
    def top(self) -> Path:
        """The work tree."""
        return located(self.root)

    @property
    def home(self) -> Path:
        """The store."""
        return located(self.store)

    def folder(self, side: Side) -> Path:
        """Where that side's copies are."""
        return located(self.incumbent) if side == "incumbent" else self.home / CANDIDATE

    def place(self, swap: Swap) -> Path:
        """Where a path is in the work tree."""
        return locate(self.top, swap.path)


def written(path: Path) -> str:
    """A directory's name as JSON can hold it."""
    return path_text(os.fsencode(path))


def located(name: str) -> Path:
    """The directory that ``written`` wrote."""
    return Path(os.fsdecode(path_bytes(name)))


def locate(root: Path, path: str) -> Path:
    """Where a path, written as ``autoloop.git`` writes names, is below a directory."""
    return root / os.fsdecode(path_bytes(path))


def parents(root: Path, path: str) -> list[Path]:
    """The directories between the root and a path, the outermost first."""
    depth = path_bytes(path).count(b"/")
    return list(locate(root, path).parents[:depth])[::-1]
