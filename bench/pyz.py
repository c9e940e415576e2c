"""Builds ``autoloop.pyz``, the whole program in one file: ``python3 autoloop.pyz --version``.

It packs what is installed here: AutoLoop and everything it requires, no network needed. msgspec and yaml hold compiled
code, which Python cannot import from inside an archive: the file carries everything and unpacks itself once into the
user's cache directory, one folder per content. It runs on the Python version and kind of machine it was built on.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
import tempfile
import zipapp
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "autoloop-fsm"
MAIN = """\
import os, pathlib, shutil, sys, zipfile

BUILT_FOR = {version}
if sys.version_info[:2] != BUILT_FOR:
    sys.exit("autoloop.pyz was built for Python %d.%d: " % BUILT_FOR + "python%d.%d autoloop.pyz" % BUILT_FOR)
cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "autoloop" / "{digest}"
if not (cache / "complete").exists():
    fresh = cache.with_name("{digest}-%d" % os.getpid())
    with zipfile.ZipFile(pathlib.Path(__file__).parent) as archive:
        archive.extractall(fresh, [name for name in archive.namelist() if name.startswith("lib/")])
    (fresh / "complete").touch()
    try:
        fresh.rename(cache)
    except OSError:  # somebody else was quicker
        shutil.rmtree(fresh)
sys.path.insert(0, str(cache / "lib"))
from autoloop.cli import main
main()
"""


def main(target: Path = ROOT / "autoloop.pyz") -> None:
    """Collect, archive, and say how large it is."""
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder)
        collect(app / "lib")
        text = MAIN.format(digest=digest(app / "lib"), version=tuple(sys.version_info[:2]))
        (app / "__main__.py").write_text(text)
        zipapp.create_archive(app, target, interpreter="/usr/bin/env python3", compressed=True)
    size = target.stat().st_size / 1e6
    print(f"{target.name}: {size:.1f} MB, for Python {sys.version_info[0]}.{sys.version_info[1]}")


def collect(library: Path) -> None:
    """Copy AutoLoop of this checkout, and of this environment everything it requires."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "autoloop", library / "autoloop", ignore=ignored)
    shutil.copytree(ROOT / "states", library / "autoloop" / "states", dirs_exist_ok=True)
    shutil.copytree(ROOT / "docs" / "how-to", library / "autoloop" / "how-to", dirs_exist_ok=True)
    for found in required(NAME, {NAME}):
        for path in found.files or []:
            if path.suffix != ".pyc" and ".." not in path.parts:
                place = library / path
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path.locate(), place)


def required(name: str, seen: set[str]) -> Iterator[Distribution]:
    """The installed distributions that ``name`` needs here, without extras."""
    from packaging.requirements import Requirement

    for line in distribution(name).requires or []:
        wanted = Requirement(line)
        plain = re.sub(r"[-_.]+", "-", wanted.name).lower()
        if plain not in seen and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
            seen.add(plain)
            yield distribution(wanted.name)
            yield from required(wanted.name, seen)


def digest(library: Path) -> str:
    """Names this content."""
    known = hashlib.sha256()
    for path in sorted(library.rglob("*")):
        if path.is_file():
            known.update(str(path.relative_to(library)).encode() + path.read_bytes())
    return known.hexdigest()[:16]


if __name__ == "__main__":
    main()
