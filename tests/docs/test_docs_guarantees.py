"""Every test that the page of promises names exists."""

from __future__ import annotations

import re


def named(root):
    text = (root / "docs" / "guarantees.md").read_text()
    return re.findall(r"`(tests/[\w/]+(?:\.py)?)(?:::(\w+))?`", text)


def test_every_promise_names_a_test(root):
    text = (root / "docs" / "guarantees.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith(("| promise", "|---"))]
    assert len(rows) > 20
    for row in rows:
        assert "tests/" in row, row


def test_every_test_that_is_named_exists(root):
    assert len(named(root)) > 20
    for path, function in named(root):
        place = root / path
        assert place.exists(), path
        if function:
            assert re.search(rf"^def {function}\(", place.read_text(), re.MULTILINE), f"{path}::{function}"
