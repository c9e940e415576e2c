"""Whether git can write here, found out by doing it: a reference and a lock, made and deleted again."""

from __future__ import annotations

from autoloop.errors import GitError
from autoloop.git import locks, overlay, refs
from autoloop.git.handle import Git
from autoloop.git.operations import writable
from autoloop.git.values import Probe

_REF = "refs/autoloop/probe"
_UNWRITABLE = "the git directory cannot be written"


def probe(git: Git) -> Probe:
    """See ``Repository.probe``."""
    overlay.prepare(git)
    if not writable(git):
        return Probe("deferred", _UNWRITABLE)
    try:
        with locks.index(git):
            commit = refs.head(git).commit
            if commit is not None:
                refs.anchor_in(git, {_REF: commit})
                refs.drop(git, [_REF])
    except GitError as error:
        if error.code != "not_writable":
            raise
        return Probe("deferred", error.why)
    return Probe("commit")
