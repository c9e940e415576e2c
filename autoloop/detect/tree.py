"""The files of a repository, as far as a quick look may go: bounded in time, number and size; nothing is executed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from time import monotonic, process_time

from autoloop.detect import parse
from autoloop.detect.disk import Walk, head

MAX_TEXT = 512 * 1024
_TICK = 0.005
_LATE = "the time for the scan was used up: not every file was read"
# Directories whose manifests are samples, not projects.
_SAMPLE = re.compile(
    r"(^|/)(_?examples?|samples?|demos?|templates?|_*fixtures?_*|test[-_]?data|docs?|website|site|playground|sandbox|e2e)/"
)


class Tree:
    """Names and texts of a repository's files; paths are relative, with forward slashes, shallow ones first.

    Args:
        root: the repository's root directory.
        deadline: seconds of work that walking and reading may take together. They are seconds of processor time, so
            that a busy machine sees no less of the repository; a slow disk ends it after four times as long.
    """

    def __init__(self, root: Path, deadline: float = 1.5) -> None:
        self.root = root
        self.skipped: list[str] = []
        self._prefix = f"{root}/"
        # judging what was read takes the rest
        self._end = process_time() + 0.8 * deadline
        self._patience = monotonic() + 4 * deadline
        self._asked, self._late = 0.0, False
        self._texts: dict[str, str] = {}
        self._parsed: dict[str, object] = {}
        self._suffixed: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._matching: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
        self.files = tuple(Walk(root, lambda: self.late, self.skipped.append).files())
        self._set = frozenset(self.files)

    @property
    def late(self) -> bool:
        """Whether the time is used up; asked before every file, so the dear one of the clocks is read now and then."""
        now = monotonic()
        if now - self._asked > _TICK:
            self._asked, self._late = now, process_time() > self._end or now > self._patience
        return self._late

    def __contains__(self, path: str) -> bool:
        return path in self._set

    def first(self, *paths: str) -> str:
        """The first of ``paths`` that exists, or an empty text."""
        return next((path for path in paths if path in self._set), "")

    def named(self, *names: str) -> tuple[str, ...]:
        """Paths of files with one of these base names, shallow ones first."""
        return tuple(path for name in names for path in self._by_name.get(name, ()))

    def matching(self, pattern: str, *suffixes: str) -> tuple[str, ...]:
        """Paths in which the regular expression is found, among all files or those with one of the endings.

        Every package of a large repository asks the same, so the answers are kept.
        """
        asked = (pattern, suffixes)
        if asked not in self._matching:
            found = re.compile(pattern).search
            among = self.suffixed(*suffixes) if suffixes else self.files
            self._matching[asked] = tuple(path for path in among if found(path))
        return self._matching[asked]

    def within(self, directory: str, pattern: str, *suffixes: str) -> tuple[str, ...]:
        """As ``matching``, inside ``directory``."""
        if not directory:
            return self.matching(pattern, *suffixes)
        found = re.compile(pattern).search
        return tuple(path for path in self.under(directory) if path.endswith(suffixes or "") and found(path))

    def own(self, pattern: str, *suffixes: str) -> tuple[str, ...]:
        """As ``matching``, without what lies among examples, fixtures and documentation."""
        return tuple(path for path in self.matching(pattern, *suffixes) if not is_sample(path))

    def suffixed(self, *suffixes: str) -> tuple[str, ...]:
        """Paths with one of these endings (``.go``)."""
        if suffixes not in self._suffixed:
            self._suffixed[suffixes] = tuple(path for suffix in suffixes for path in self._by_suffix.get(suffix, ()))
        return self._suffixed[suffixes]

    def under(self, directory: str) -> tuple[str, ...]:
        """Paths inside ``directory``; all of them for ``""``."""
        return tuple(self._inside.get(directory, ())) if directory else self.files

    def has_directory(self, directory: str) -> bool:
        """Whether a file lies somewhere under ``directory``."""
        return directory in self._inside

    def text(self, path: str) -> str:
        """The beginning of a file (512 KiB), undecodable bytes replaced; empty when it cannot be read."""
        if path not in self._texts:
            self._texts[path] = self._read(path) if path in self._set else ""
        return self._texts[path]

    def grep(self, paths: Iterable[str], pattern: str) -> tuple[str, ...]:
        """Those of ``paths`` whose text matches; stops quietly when the time is used up."""
        found = re.compile(pattern, re.MULTILINE).search
        return tuple(path for path in paths if self._in_time() and found(self.text(path)))

    def first_with(self, paths: Iterable[str], pattern: str) -> str:
        """The first of ``paths`` whose text matches, or an empty text; later ones are not opened."""
        found = re.compile(pattern, re.MULTILINE).search
        return next((path for path in paths if self._in_time() and found(self.text(path))), "")

    def line(self, path: str, pattern: str) -> int | None:
        """Number of the first line in which the regular expression is found."""
        found = re.search(pattern, self.text(path), re.MULTILINE)
        return self.text(path).count("\n", 0, found.start()) + 1 if found else None

    def toml(self, path: str) -> dict[str, object]:
        """A TOML manifest; empty, with a note in ``skipped``, when it is missing or broken."""
        return parse.table(self._manifest(path, parse.toml))

    def json(self, path: str) -> dict[str, object]:
        """A JSON manifest, as ``toml``."""
        return parse.table(self._manifest(path, parse.json_with_comments))

    def yaml(self, path: str) -> object:
        """A YAML document, as ``toml``; None when there is nothing."""
        return self._manifest(path, parse.yaml)

    def readable_xml(self, path: str) -> bool:
        """Whether an XML manifest is well-formed; a broken one is noted in ``skipped``."""
        return self._manifest(path, parse.xml) is not None

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        return _grouped(self.files, self._names)

    @cached_property
    def _by_suffix(self) -> dict[str, list[str]]:
        """Grouped as ``Path.suffix`` would; 60 000 Path objects cost 0.3 s."""
        return _grouped(self.files, (name[dot:] if (dot := name.rfind(".")) > 0 else "" for name in self._names))

    @cached_property
    def _names(self) -> list[str]:
        return [path[path.rfind("/") + 1 :] for path in self.files]

    @cached_property
    def _inside(self) -> dict[str, list[str]]:
        """The files below each directory but the root."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for path in self.files:
            end = path.find("/")
            while end >= 0:
                found[path[:end]].append(path)
                end = path.find("/", end + 1)
        return dict(found)

    def _in_time(self) -> bool:
        if self.late and _LATE not in self.skipped:
            self.skipped.insert(0, _LATE)  # the list is cut at its end when it is shown
        return not self.late

    def _read(self, path: str) -> str:
        try:
            return head(f"{self._prefix}{path}", MAX_TEXT)
        except OSError as error:
            self.skipped.append(f"{path}: {error.strerror or 'unreadable'}")
            return ""

    def _manifest(self, path: str, read: Callable[[str], object]) -> object:
        if path not in self._parsed:
            self._parsed[path] = self._parse(path, read)
        return self._parsed[path]

    def _parse(self, path: str, read: Callable[[str], object]) -> object:
        text = self.text(path)
        if not text.strip():
            return None
        if len(text) >= MAX_TEXT:
            self.skipped.append(f"{path}: larger than {MAX_TEXT // 1024} KiB, not parsed")
            return None
        try:
            return read(text)
        except ValueError as error:
            self.skipped.append(f"{path}: malformed ({str(error).splitlines()[0][:120]})")
            return None


def _grouped(paths: Iterable[str], keys: Iterable[str]) -> dict[str, list[str]]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for path, key in zip(paths, keys, strict=True):
        groups[key].append(path)
    return groups


def is_sample(path: str) -> bool:
    """Whether a path lies in a directory of examples, fixtures or documentation."""
    return _SAMPLE.search(path) is not None


def at(base: str, name: str) -> str:
    """``name`` in the directory ``base``, which is empty for the root."""
    return f"{base}/{name}" if base else name


def directory_of(path: str) -> str:
    """The directory part of a path; empty at the root."""
    return path.rpartition("/")[0]
