"""A disk that forgets what was not synced: it shows what may be left after a power cut at any moment.

Strict reading of POSIX: a file's bytes are safe after its own sync, a name after the sync of its directory. What was
not synced may be there or not; five ways of that are shown at each change.
"""

from __future__ import annotations

import os
from pathlib import Path

from autoloop.store import Io

WAYS = ["nothing unsynced", "names without bytes", "bytes without names", "names with zeros", "state.json first"]


class ForgetfulIo(Io):
    """Watches one directory; at every change ``cuts`` gets one picture per way: ``{relative path: bytes | None}``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.bytes: dict[int, bytes] = {}
        self.names: dict[int, dict[str, int]] = {root.stat().st_ino: {}}
        self.held: dict[int, int] = {}
        self.acknowledged = 0
        self.cuts: list[tuple[str, int, dict[str, bytes | None]]] = []

    def hold(self) -> None:
        """Keep every file open, so that the number of one that is gone is not given to another."""
        for place in self.root.rglob("*"):
            inode = place.stat().st_ino
            if inode not in self.held:
                self.held[inode] = os.open(place, os.O_RDONLY)

    def close(self) -> None:
        for fd in self.held.values():
            os.close(fd)

    def point(self, call, name):
        self.hold()
        for way in WAYS:
            self.cuts.append((f"{way} before {call} {name}", self.acknowledged, self.picture(way)))

    def sync(self, fd, name):
        super().sync(fd, name)
        self.hold()
        inode = os.fstat(fd).st_ino
        for place in [self.root, *self.root.rglob("*")]:
            if place.stat().st_ino != inode:
                continue
            if place.is_dir():
                self.names[inode] = {each.name: each.stat().st_ino for each in place.iterdir()}
            else:
                self.bytes[inode] = place.read_bytes()

    def picture(self, way: str) -> dict[str, bytes | None]:
        current = {place.stat().st_ino: place for place in [self.root, *self.root.rglob("*")]}
        found: dict[str, bytes | None] = {}
        old_ways = {"nothing unsynced", "bytes without names", "state.json first"}
        waiting = [(self.root.stat().st_ino, "")]
        while waiting:
            inode, path = waiting.pop()
            place = current.get(inode)
            if inode in self.names or (place and place.is_dir()):
                found[path] = None
                old = way in old_ways and not (way == "state.json first" and path.count("/") <= 1)
                names = self.names.get(inode, {}) if old else {p.name: p.stat().st_ino for p in place.iterdir()}
                waiting += [(each, f"{path}/{name}") for name, each in names.items()]
            else:
                found[path] = self.content(inode, way, path)
        return found

    def content(self, inode: int, way: str, path: str) -> bytes:
        safe = self.bytes.get(inode, b"")
        now = os.pread(self.held[inode], 1 << 20, 0)
        if way == "bytes without names" or (way == "state.json first" and path.endswith("/state.json")):
            return now
        if way == "names with zeros":
            return safe + bytes(max(0, len(now) - len(safe)))
        return safe


def restore(picture: dict[str, bytes | None], root: Path) -> None:
    """Make a directory look like a picture."""
    for path, content in sorted(picture.items()):
        place = root / path.lstrip("/")
        if content is None:
            place.mkdir(exist_ok=True)
        else:
            place.write_bytes(content)
