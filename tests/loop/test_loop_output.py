"""Where the answer goes: a reader that has left, a disk that is full, names that would break the line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ANSWERS = [["history"], ["status"], ["status", "--json"], ["show", "1"]]


def answered(world, arguments: list[str], stdout: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autoloop", *arguments]
    given = {"cwd": world.root, "env": world.env, "stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    return subprocess.run(command, stdout=stdout, timeout=60, check=False, **given)


@pytest.mark.parametrize("arguments", ANSWERS)
def test_a_reader_that_has_left_is_no_failure(world, arguments):
    world.win("80")
    read, write = os.pipe()
    os.close(read)
    done = answered(world, arguments, write)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which only Linux has")
@pytest.mark.parametrize("arguments", ANSWERS)
def test_a_full_disk_is_told_and_is_no_bug(world, arguments):
    world.win("80")
    with Path("/dev/full").open("w") as full:
        done = answered(world, arguments, full.fileno())
    assert done.returncode == 4
    assert "The answer cannot be written." in done.stderr
    assert not (world.root / ".autoloop" / "bugs").exists()


def test_a_name_with_a_line_break_stays_on_its_line(world):
    world.result("pre", "--description", "odd name")
    world.write("two\nlines.txt", "x")
    world.write("cost.txt", "80\n")
    world.result("eval")
    assert r"two\nlines.txt" in world.run("keep").stdout
