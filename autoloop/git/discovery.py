"""Finding the repository, and telling why there is none."""

from __future__ import annotations

import os
import re
from pathlib import Path

from autoloop.errors import GitError
from autoloop.git import overlay
from autoloop.git.failures import explain
from autoloop.git.handle import Git
from autoloop.git.process import Call, run

_OLDEST = (2, 31)
_FAILED = 128
_QUESTIONS = ("--show-object-format", "--show-toplevel", "--absolute-git-dir", "--git-common-dir")


def discover(start: Path) -> Git:
    """See ``Repository.discover``."""
    if not start.is_dir():
        raise GitError("not_a_repository", f"{start} is not a directory.", fix="Change to a directory in a repository.")
    version = _version(start)
    answers = _ask(start, _QUESTIONS, version)
    if len(answers) != len(_QUESTIONS):
        # a line break in a path: ask one by one
        answers = ["\n".join(_ask(start, (question,), version)) for question in _QUESTIONS]
    algorithm, root, git_dir, common = answers
    # the common directory is told relative to where we asked
    found = Git(Path(root), Path(git_dir), (start / common).resolve(), algorithm, version)
    overlay.prepare(found)
    return found


def _version(start: Path) -> tuple[int, ...]:
    said = run(Call(("version",), cwd=start), ()).out.decode(errors="replace")
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", said)
    version = tuple(int(part) for part in found.groups(default="0")) if found else (0,)
    if version < _OLDEST:
        raise GitError(
            "git_too_old",
            "This git is too old.",
            why=f"It says {said.strip()!r}; AutoLoop needs {'.'.join(map(str, _OLDEST))} or newer.",
            fix="Install a newer git.",
        )
    return version


def _ask(start: Path, questions: tuple[str, ...], version: tuple[int, ...]) -> list[str]:
    answer = run(Call(("rev-parse", *questions), cwd=start, ok=(0, _FAILED)), version)
    if answer.code == _FAILED:
        raise _refusal(start, answer.err, version)
    return os.fsdecode(answer.out).removesuffix("\n").split("\n")


def _refusal(start: Path, complaint: str, version: tuple[int, ...]) -> GitError:
    bare = run(Call(("rev-parse", "--is-bare-repository"), cwd=start, ok=(0, _FAILED)), version)
    if "work tree" in complaint and bare.out.strip() != b"true":
        return GitError(
            "not_a_repository",
            "This is the inside of a git directory, not a work tree.",
            why=complaint,
            fix="Change to the work tree, most likely the directory above.",
        )
    return explain("rev-parse", _FAILED, complaint)
