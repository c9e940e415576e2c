"""The kinds of change that an exchange is tried on."""

from __future__ import annotations

import pytest
from exchange_world import KINDS, Tree

from autoloop import exchange


@pytest.fixture
def _unsynced(monkeypatch):
    """Without waiting for the disk: what is tried is the death of the process, not of the machine."""
    monkeypatch.setattr(exchange, "sync", lambda _: None)


@pytest.fixture(params=KINDS, ids=str)
def kind(request) -> tuple[Tree, Tree, Tree]:
    return KINDS[request.param]
