"""Builds ``autoloop.pyz``, the whole program in one file: ``python autoloop.pyz --version``.

msgspec and yaml hold compiled code, which Python cannot import from inside an archive: the file carries everything
and unpacks itself once into the user's cache directory, one folder per content.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipapp
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAIN = """\
import os, pathlib, runpy, sys, zipfile

DIGEST = "{digest}"
cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "autoloop" / DIGEST
if not (cache / "complete").exists():
    fresh = cache.with_name(f"{{DIGEST}}-{{os.getpid()}}")
    with zipfile.ZipFile(pathlib.Path(__file__).parent) as archive:
        archive.extractall(fresh, [name for name in archive.namelist() if name.startswith("lib/")])
    (fresh / "complete").touch()
    try:
        fresh.rename(cache)
    except OSError:
        pass
sys.path.insert(0, str(cache / "lib"))
from autoloop.cli import main
main()
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "app" / "lib"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]
        subprocess.run([*pip, str(library), str(ROOT)], check=True)
        for cache in list(library.rglob("__pycache__")):
            shutil.rmtree(cache)
        digest = hashlib.sha256()
        for path in sorted(library.rglob("*")):
            if path.is_file():
                digest.update(path.read_bytes())
        (library.parent / "__main__.py").write_text(MAIN.format(digest=digest.hexdigest()[:16]))
        target = ROOT / "autoloop.pyz"
        zipapp.create_archive(library.parent, target, interpreter="/usr/bin/env python3", compressed=True)
    print(
        f"{target.name}: {target.stat().st_size / 1e6:.1f} MB, for Python {sys.version_info[0]}.{sys.version_info[1]}"
    )


if __name__ == "__main__":
    main()
