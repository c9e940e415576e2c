"""A benchmark that waits for the test, and what can be done meanwhile."""

from __future__ import annotations

import time

GATED = """\
import pathlib, time
here = pathlib.Path(__file__).parent
(here.parent / "started").touch()
while (here.parent / "hold").exists():
    time.sleep(0.01)
print("METRIC cost=" + (here / "cost.txt").read_text().strip() + "ms")
print("METRIC size=50")
"""


def until(condition, seconds: float = 120):
    """Wait for a condition, with a bound."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("it never came true")


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def hold(world) -> None:
    (world.root.parent / "started").unlink(missing_ok=True)
    (world.root.parent / "hold").touch()


def release(world) -> None:
    (world.root.parent / "hold").unlink(missing_ok=True)


def under_way(world, *arguments: str) -> dict:
    """A detached command whose benchmark has started and waits."""
    hold(world)
    document = world.json(*(arguments or ("eval", "--detach")))
    until((world.root.parent / "started").exists)
    return document
