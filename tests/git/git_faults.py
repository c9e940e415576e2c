"""Faults at every step of a deed: death of the process, and errors."""

from __future__ import annotations

import os
import shutil

import pytest
from git_world import World

from autoloop.git import process

# everything that changes something, on its way to the system
_STEPS = ("link", "rename", "replace", "unlink", "rmdir", "mkdir", "symlink", "chmod", "utime")
_DIED = 137


class InjectedError(BaseException):
    """Raised where a fault is injected."""


class Fault:
    """Ends the program at the n-th step, before or after it has been made."""

    def __init__(self, monkeypatch, number: int, *, before: bool, end) -> None:
        self.left, self.before, self.end = number, before, end
        for name in _STEPS:
            self._wrap(monkeypatch, os, name)
        self._wrap(monkeypatch, process, "_wait")

    def _wrap(self, monkeypatch, owner, name):
        original = getattr(owner, name)

        def step(*args, **options):
            self.left -= 1
            if self.left == 0 and self.before:
                self.end()
            try:
                return original(*args, **options)
            finally:
                if self.left == 0 and not self.before:
                    self.end()

        monkeypatch.setattr(owner, name, step)


def error():
    raise InjectedError


def death():
    os._exit(_DIED)


def copied(world, number) -> World:
    """The world again, at another place."""
    twin = object.__new__(World)
    twin.root, twin.attempt = world.root / f"copy-{number}", world.attempt
    twin.work = twin.root / "work"
    shutil.copytree(world.work, twin.work, symlinks=True)
    twin.scratch = twin.work / ".autoloop" / "scratch"
    return twin


def in_child(action) -> int:
    """Run it in a process of its own; its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            action()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def interrupted(world, monkeypatch, number, flavour, apply) -> bool:
    """Do it with a fault at the n-th step; whether there was such a step."""
    before = flavour.endswith("before")

    def faulty(end):
        with monkeypatch.context() as patch:
            Fault(patch, number, before=before, end=end)
            apply(world)

    if flavour.startswith("death"):
        code = in_child(lambda: faulty(death))
        assert code in {0, _DIED}
        return code == _DIED
    try:
        faulty(error)
    except InjectedError:
        return True
    return False


FLAVOURS = pytest.mark.parametrize(
    "flavour",
    # dying before a call is dying after the one before it, and what an error does is seen through the whole program
    # in every run of the suite (tests/crash)
    [pytest.param(flavour, marks=pytest.mark.exhaustive) for flavour in ("death before", "error before")]
    + ["death after"],
)
