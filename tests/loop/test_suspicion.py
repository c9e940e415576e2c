"""Gains that look like no measurement."""

from __future__ import annotations

import pytest

from autoloop.works.suspicion import constant, reached


@pytest.mark.parametrize(
    ("candidate", "incumbent", "higher", "expected"),
    [
        ([-100.0, -105, 103], [100.0, 104, -101, 102], False, True),  # a metric that jumps between two levels
        ([-100.0, -105, -103], [100.0, 104, 101, 102], False, False),
        ([-106.0, -105, -103], [100.0, 104, -100, 102], False, True),
        ([5.0, 5.2, 5.1], [100.0, 50, 98, 101], False, False),  # one lucky run is far from twenty times as fast
        ([900.0, 910, 100], [100.0, 905, 103], True, True),
        ([900.0, 910, 920], [100.0, 101, 103], True, False),
        ([0.0], [0.0, 1.0], False, True),
    ],
)
def test_a_level_that_the_incumbent_reaches_too_is_no_gain(candidate, incumbent, higher, expected):
    assert reached(candidate, incumbent, higher=higher) is expected


def test_a_number_is_printed_when_it_never_changes_and_the_incumbents_always_does():
    assert constant([5.0, 5.0], [9.112, 9.231, 9.324, 9.451])
    assert not constant([5.0, 5.0], [9.112, 9.112, 9.324, 9.451])
    assert not constant([5.0, 5.1], [9.112, 9.231, 9.324, 9.451])


@pytest.mark.parametrize(
    ("candidate", "incumbent"),
    [([0.01, 0.01], [119.76, 121.13, 118.02, 124.5]), ([3.0, 3.0, 3.0], [120.0, 119.0, 124.0, 131.0])],
)
def test_equal_numbers_are_no_wonder_where_they_are_printed_coarsely(candidate, incumbent):
    assert not constant(candidate, incumbent)
