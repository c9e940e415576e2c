"""Refreshes what is generated in README.md and docs/: ``python docs/generate.py``, with ``--check`` only compares.

A generated part stands between ``<!-- generated:NAME -->`` and ``<!-- /generated:NAME -->``; NAME is looked up in
``generators.BLOCKS``. Whole files, such as JSON Schemas, are in ``generators.FILES``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from generators import BLOCKS, FILES

ROOT = Path(__file__).resolve().parent.parent
MARKED = re.compile(r"<!-- generated:(?P<name>[\w-]+) -->\n.*?<!-- /generated:(?P=name) -->", re.DOTALL)


def main(arguments: list[str]) -> int:
    """Write what is stale, or with ``--check`` name it and answer 1."""
    stale = {path: text for path, text in fresh(ROOT) if not path.exists() or path.read_text(encoding="utf-8") != text}
    for path, text in stale.items():
        sys.stdout.write(f"{'stale' if '--check' in arguments else 'refreshed'}: {path.relative_to(ROOT)}\n")
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    if stale and "--check" in arguments:
        sys.stdout.write("run: make docs\n")
        return 1
    return 0


def fresh(root: Path) -> Iterator[tuple[Path, str]]:
    """Every file with generated parts below ``root``, and what it should hold now."""
    used: set[str] = set()
    for path in sorted([root / "README.md", *(root / "docs").rglob("*.md")]):
        text = path.read_text(encoding="utf-8")
        names = MARKED.findall(text)
        used.update(names)
        if names:
            yield path, MARKED.sub(_block, text)
    for name, make in FILES.items():
        yield (root / "docs" / name).resolve(), make()
    if unused := BLOCKS.keys() - used:
        message = f"no page has the generated part: {', '.join(sorted(unused))}"
        raise SystemExit(message)


def _block(found: re.Match[str]) -> str:
    name = found["name"]
    if name not in BLOCKS:
        message = f"nothing generates the part {name!r}"
        raise SystemExit(message)
    return f"<!-- generated:{name} -->\n{BLOCKS[name]().strip()}\n<!-- /generated:{name} -->"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
