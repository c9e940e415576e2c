from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from autoloop import exchange
from autoloop.git import path_text

# what a path is: bytes of a file, an executable file as (bytes, mode), a link as str, a directory as None
Tree = Mapping[bytes, bytes | tuple[bytes, int] | str | None]


def write(root: Path, tree: Tree) -> None:
    for name, what in tree.items():
        path = root / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if what is None:
            path.mkdir(exist_ok=True)
        elif isinstance(what, str):
            os.symlink(what, path)
        else:
            data, mode = what if isinstance(what, tuple) else (what, 0o644)
            path.write_bytes(data)
            path.chmod(mode)


def read(root: Path, hidden: str = ".autoloop") -> dict[bytes, object]:
    """Everything below a directory, in the words of ``write``, directories with their mode."""
    found: dict[bytes, object] = {}
    for directory, directories, files in os.walk(root):
        directories[:] = [name for name in directories if name != hidden]
        for name in (*directories, *files):
            path = Path(directory, name)
            key = os.fsencode(path.relative_to(root))
            mode = stat.S_IMODE(path.lstat().st_mode)
            if path.is_symlink():
                found[key] = os.readlink(path)
            elif path.is_dir():
                found[key] = mode
            elif path.is_file():
                found[key] = (path.read_bytes(), mode)
            else:
                found[key] = "pipe"
    return found


class World:
    """A work tree with the candidate in place, and the incumbent's files beside."""

    def __init__(self, home: Path, incumbent: Tree, candidate: Tree, bystanders: Tree) -> None:
        self.root = home / "work tree"
        self.beside = self.root / ".autoloop" / "scratch" / "exchange" / "materialised"
        write(self.root, {**bystanders, **candidate})
        self.beside.mkdir(parents=True)
        write(self.beside, incumbent)
        names = {name for tree in (incumbent, candidate) for name, what in tree.items() if what is not None}
        self.paths = [path_text(name) for name in names]
        self.before = read(self.root)

    def prepare(self) -> exchange.Exchange:
        return exchange.prepare(self.root, self.beside.parent, self.beside, self.paths)

    def has(self, tree: Tree) -> bool:
        """Whether the work tree shows exactly these of the experiment's paths."""
        there = read(self.root)
        wanted = {name: (what, 0o644) if isinstance(what, bytes) else what for name, what in tree.items()}
        files = {name for name, what in wanted.items() if what is not None}
        rest = {os.fsencode(path) for path in map(_raw, self.paths)} - files
        return all(there.get(name) == wanted[name] for name in files) and not any(
            isinstance(there.get(name), tuple | str) for name in rest
        )


def _raw(path: str) -> str:
    from autoloop.git import path_bytes

    return os.fsdecode(path_bytes(path))


KINDS: dict[str, tuple[Tree, Tree, Tree]] = {
    "modified": ({b"a.py": b"old"}, {b"a.py": b"new"}, {b"other": b"x"}),
    "same size": ({b"a.py": b"x = 1\n"}, {b"a.py": b"x = 2\n"}, {}),
    "exec bit": ({b"run": b"#!"}, {b"run": (b"#!", 0o755)}, {}),
    "odd modes": ({b"run": b"1"}, {b"run": (b"2", 0o600), b"d/x": (b"3", 0o464)}, {}),
    "new": ({}, {b"new/deep/a.py": b"n", b"b": b"n"}, {b"keep": b"k"}),
    "deleted": ({b"old/deep/a.py": b"o", b"b": b"o"}, {}, {b"keep": b"k"}),
    "renamed": ({b"a/x": b"1", b"a/y": b"2"}, {b"b/x": b"1", b"a/y": b"3"}, {}),
    "file to directory": ({b"m": b"1"}, {b"m/__init__": b"2", b"m/sub/x": b"3"}, {b"m/ignored.o": b"i"}),
    "directory to file": ({b"m/a": b"1", b"m/sub/b": b"2"}, {b"m": b"3"}, {}),
    "file to link": ({b"l": b"1"}, {b"l": "elsewhere/../x"}, {}),
    "link to file": ({b"l": "../outside"}, {b"l": b"1"}, {}),
    "link to link": ({b"l": "a//b"}, {b"l": "a/b"}, {b"a/b": b"1"}),
    "directory to link": ({b"d/x": b"1", b"d/y": b"2"}, {b"d": "target"}, {b"target/x": b"9", b"target/z": b"9"}),
    "link to directory": ({b"d": "target"}, {b"d/x": b"1"}, {b"target/x": b"9"}),
    "empty": ({b"e": b""}, {b"e": b"1", b"f": b""}, {}),
    "names": (
        {b" a b ": b"1", b"new\nline": b"1", b"\xff\xfe": b"1", b'"q"': b"1", b"-n": b"1", b"*": b"1"},
        {b" a b ": b"2", b"new\nline": b"2", b"\xff\xfe": b"2", b'"q"': b"2", b"caf\xc3\xa9/\t": b"2", b"*": b"2"},
        {b"x": b"x", b"new": b"x"},
    ),
    "ignored beside": ({b"p/a": b"1"}, {b"q/a": b"1"}, {b"p/cache": b"c", b"q/cache": b"c"}),
    "empty directory left": ({b"d/x": b"1"}, {}, {b"d": None}),
}
