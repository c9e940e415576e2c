"""Killed at some of the calls that change something; ``make crash`` tries all of them.

What is not marked ``exhaustive`` is part of every run of the suite.
"""

from __future__ import annotations

import errno

import pytest
from interposer import FAIL, KILL, TORN, Fault
from stages import sampled

# the calls after which something is different for the user, and those that only look as if
TELLING = {
    "pre": ["rename .git/refs/autoloop/*/1/before", "write .autoloop/history.jsonl"],
    "eval": ["rename .git/refs/autoloop/*/1/after", "write .autoloop/history.jsonl", "rename .autoloop/state.json"],
    "keep": [
        "link .git/index.lock",
        "write .autoloop/history.jsonl",
        "rename .git/refs/heads/main",
        "unlink .git/HEAD.lock",
        "rename .git/index",
        "rename .autoloop/state.json",
    ],
    "discard": [
        "rename .autoloop/scratch/discard-*/aside/*",
        "link cost.txt",
        "rmdir lib/new",
        "rename .git/index",
        "rename .autoloop/scratch/discard-*/done.json",
    ],
    "finalize": ["rename .git/refs/heads/autoloop/night", "write .autoloop/history.jsonl"],
    "session end": ["write .autoloop/history.jsonl"],
    "undo keep": ["rename .git/refs/heads/main", "rename .git/index"],
    "prune": ["unlink .git/refs/autoloop/*/1/after"],
    "prune packed": [
        "open .git/packed-refs.lock",
        "open .git/packed-refs.new",
        "rename .git/packed-refs",
        "unlink .git/packed-refs.lock",
    ],
}
USUAL = (("keep", "rename .git/refs/heads/main"), ("keep", "rename .git/index"), ("discard", "link cost.txt"))
CASES = [(scene, call) for scene, calls in TELLING.items() for call in calls]


def numbers(points, call):
    """The numbers of the points that match, where ``*`` stands for a name that differs from run to run."""
    import fnmatch

    found = [at for at, point in enumerate(points, 1) if fnmatch.fnmatchcase(point, call)]
    assert found, f"{call} is not among the {len(points)} points"
    return found


@pytest.mark.parametrize(("scene", "call"), sampled(CASES, USUAL))
def test_killed_before_and_after_what_matters(stage, scene, call):
    set_ = stage(scene)
    last = numbers(set_.points, call)[-1]
    for at in (last, last + 1):
        set_.attempt(Fault(at, KILL), resume=bool(at % 2))


TORN_WRITES = (
    ("keep", "write .autoloop/history.jsonl"),
    ("keep", "write .git/refs/heads/main.lock"),
    ("keep", "write .git/*"),
)
ERRORS = (
    ("keep", "rename .git/index", errno.EIO),
    ("keep", "write .autoloop/history.jsonl", errno.ENOSPC),
    ("keep", "write .git/objects/*", errno.ENOSPC),
    ("finalize", "open .autoloop/.new", errno.EIO),
    ("discard", "link cost.txt", errno.EIO),
    ("discard", "unlink .git/index.lock", errno.EIO),
    ("discard", "rmdir lib", errno.EIO),
    ("prune", "unlink .git/refs/autoloop/*/1/before.lock", errno.EIO),
    ("prune packed", "rename .git/packed-refs", errno.EIO),
    ("discard", "write .autoloop/scratch/discard-*/ready/*", errno.ENOSPC),
)


@pytest.mark.parametrize(("scene", "call"), sampled(TORN_WRITES, TORN_WRITES[:2]))
def test_a_torn_write(stage, scene, call):
    set_ = stage(scene)
    for at in numbers(set_.points, call)[-2:]:
        set_.attempt(Fault(at, TORN), resume=bool(at % 2))


@pytest.mark.parametrize(("scene", "call", "error"), sampled(ERRORS, (ERRORS[0], ERRORS[3])))
def test_an_error(stage, scene, call, error):
    set_ = stage(scene)
    at = numbers(set_.points, call)[-1]
    set_.attempt(Fault(at, FAIL, error), resume=bool(at % 2))
