"""What can happen to a state file, and what a program may answer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

SHOWN = (0, 1, 2, 3, 4, 5, 6, 7)
Damage = Callable[[Path], object]


def empty(path: Path) -> None:
    path.write_bytes(b"")


def truncated(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])


def garbage(path: Path) -> None:
    path.write_bytes(b"\x00\xff not what anybody wrote \x80" * 40)


def appended(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"something else\n")


def huge(path: Path) -> None:
    os.truncate(path, 2 << 30)


def newer(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"v":1', b'"v":9').replace(b'"schema_version":1', b'"schema_version":9'))


def a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def a_link_outside(path: Path) -> None:
    outside = path.parents[2] / f"outside-{path.name}"
    path.rename(outside)
    path.symlink_to(outside)


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def missing(path: Path) -> None:
    path.unlink()


DAMAGES: tuple[Damage, ...] = (
    empty, truncated, garbage, appended, huge, newer, a_directory, a_link_to_nothing, a_link_outside, a_pipe, missing,
)  # fmt: skip
FILES = (
    "state.json",
    "history.jsonl",
    "baseline.json",
    "config.toml",
    "log.jsonl",
    "experiments/001-a-change-all-over.json",
    "lock",
)


def check_answer(code: int, out: str, err: str) -> dict:
    """One document; an error says what, and what to do; no traceback, no bug.

    Raises:
        AssertionError: it is not so.
    """
    assert "Traceback" not in err, err
    assert code in SHOWN, (code, out, err)
    assert out.count("\n") == 1, (out, err)
    document = json.loads(out)
    if code and "error" in document:
        error = document["error"]
        assert error["what"], error
        assert error["fix"], error
    return document
