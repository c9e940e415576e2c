from __future__ import annotations

import pytest

from autoloop import machine, workflow


@pytest.fixture(scope="session")
def table():
    return workflow.load()


@pytest.fixture(scope="session")
def transitions(table):
    return machine.build(table)
