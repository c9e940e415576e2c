from __future__ import annotations

import pytest

from autoloop.paths import Layout
from autoloop.store import Store, view


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(Layout(tmp_path))


@pytest.fixture
def _impatient(monkeypatch) -> None:
    """Readers look again after a pause; damage on purpose need not be waited for."""
    monkeypatch.setattr(view, "_PAUSE", 0)
