"""The how-to pages that come with the program: which there are, and what they say."""

from __future__ import annotations

from pathlib import Path

_FOLDERS = (Path(__file__).parent / "how-to", Path(__file__).parent.parent / "docs" / "how-to")


def titles() -> dict[str, str]:
    """The title of every page, by its name."""
    return {page.stem: _title(page.read_text(encoding="utf-8")) for page in _pages()}


def text(name: str) -> str | None:
    """A page as Markdown, None when there is none of that name."""
    return next((page.read_text(encoding="utf-8") for page in _pages() if page.stem == name), None)


def _pages() -> list[Path]:
    """An installed package carries the pages inside; a checkout has them in docs/."""
    return next((found for folder in _FOLDERS if (found := sorted(folder.glob("*.md")))), [])


def _title(page: str) -> str:
    return next((line.removeprefix("# ") for line in page.splitlines() if line.startswith("# ")), "")
