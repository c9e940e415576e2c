"""Files whose bytes on disk are not the bytes that git stores."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import msgspec

from autoloop.git import files
from autoloop.git.handle import Git
from autoloop.git.names import joined, locate, split
from autoloop.git.values import EXECUTABLE, REGULAR, Entry

_ATTRIBUTES = b".gitattributes"
_SYSTEM_ATTRIBUTES = Path("/etc/gitattributes")
_UNSET = {b"unspecified", b"unset"}
# git-lfs finds its files again by their content: copying them into the object store would only double them
_CONTENT_ADDRESSED = b"lfs"


Files = Mapping[bytes, Entry]


class Converted(msgspec.Struct):
    """Files whose bytes git would not give back as stored.

    Attributes:
        raw: path to a blob with the bytes on disk.
        smudged: files that git's filters make again.
    """

    raw: dict[bytes, str] = {}
    smudged: list[bytes] = []


def find(git: Git, held: Files, dirty: Collection[bytes], index: Path, max_file_bytes: int) -> Converted:
    """Store the bytes of every file that differ from its blob.

    Args:
        git: the repository.
        held: the snapshot of the work tree.
        dirty: paths in it that HEAD or the index do not have like that.
        index: a private index with the snapshot in it.
        max_file_bytes: clean files above it are left to git's filters.
    """
    found = Converted()
    if not _possible(git, held):
        return found
    suspects = set(dirty) | _other_line_ends(git, index)
    for path, attribute in _filtered(git, held).items():
        if attribute == _CONTENT_ADDRESSED and path not in dirty:
            found.smudged.append(path)
        else:
            suspects.add(path)
    _compare(git, held, suspects, max_file_bytes, found)
    found.raw = store(git, found.raw)
    return found


def store(git: Git, paths: Iterable[bytes]) -> dict[bytes, str]:
    """Store the bytes of files as they are on disk, without any filter."""
    names = list(paths)
    # the command reads names line by line, and unquotes those that begin with a quote
    plain = [path for path in names if b"\n" not in path and not path.startswith(b'"')]
    found: dict[bytes, str] = {}
    if plain:
        listing = b"".join(path + b"\n" for path in plain)
        oids = git.run("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=listing).decode().split()
        found.update(zip(plain, oids, strict=True))
    for path in set(names) - set(plain):
        content = locate(git.root, path).read_bytes()
        found[path] = git.line("hash-object", "-w", "--stdin", stdin=content)
    return found


def _possible(git: Git, held: Files) -> bool:
    config = git.config()
    if config.get("core.autocrlf", "false") != "false" or "core.attributesfile" in config:
        return True
    user = Path(os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser()) / "git" / "attributes"
    if any(file.exists() for file in (user, _SYSTEM_ATTRIBUTES, git.common_dir / "info" / "attributes")):
        return True
    return any(path.rsplit(b"/", 1)[-1] == _ATTRIBUTES for path in held)


def _other_line_ends(git: Git, index: Path) -> set[bytes]:
    found = set()
    for record in split(git.run("ls-files", "--eol", "-z", env=git.within(index))):
        kinds, _, path = record.partition(b"\t")
        stored, on_disk = (word.split(b"/")[1] for word in kinds.split()[:2])
        if stored != on_disk or on_disk == b"mixed":
            found.add(path)
    return found


def _filtered(git: Git, held: Files) -> dict[bytes, bytes]:
    answer = git.run(
        "check-attr", "-z", "--stdin", "filter", "ident", "working-tree-encoding", stdin=joined(list(held))
    )
    words = split(answer)
    return {
        path: value for path, _, value in zip(words[::3], words[1::3], words[2::3], strict=True) if value not in _UNSET
    }


def _compare(git: Git, held: Files, paths: Iterable[bytes], max_file_bytes: int, found: Converted) -> None:
    for path in paths:
        entry = held.get(path)
        file = locate(git.root, path)
        if entry is None or entry.mode not in {REGULAR, EXECUTABLE} or file.is_symlink() or not file.is_file():
            continue
        if file.stat().st_size > max_file_bytes:
            found.smudged.append(path)
        elif (oid := files.raw_oid(git, file)) != entry.oid:
            found.raw[path] = oid
