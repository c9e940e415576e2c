"""The documentation as the tests see it."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with a ``page`` runs once for each page."""
    if "page" in metafunc.fixturenames:
        pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
        metafunc.parametrize("page", pages, ids=[str(path.relative_to(ROOT)) for path in pages])
