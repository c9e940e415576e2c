"""`autoloop watch`: on a terminal, in a pipe, while something runs, when nothing does, and after it was left."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios

import pytest
from gated import alive, hold, release, under_way, until


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, world, columns: int, *arguments: str) -> None:
        self.far, near = pty.openpty()
        fcntl.ioctl(near, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "autoloop", *arguments],
            cwd=world.root,
            env=world.env | {"TERM": "xterm-256color"},
            stdin=near,
            stdout=near,
            stderr=near,
        )
        os.close(near)
        self.seen = ""

    def shows(self, text: str) -> bool:
        """Whether the text was on the screen by now."""
        while select.select([self.far], [], [], 0.05)[0]:
            try:
                self.seen += os.read(self.far, 65536).decode("utf-8", "replace")
            except OSError:
                break
        return text in self.seen

    def leave(self) -> int:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        until(lambda: self.shows("\0") or self.process.poll() is not None)
        code = self.process.wait(timeout=120)
        self.shows("\0")
        os.close(self.far)
        return code


@pytest.mark.parametrize("columns", [40, 100])
def test_a_running_eval_on_a_terminal(candidate, columns):
    running = under_way(candidate)["result"]
    before = candidate.read(".autoloop/history.jsonl"), candidate.read(".autoloop/state.json")
    terminal = Terminal(candidate, columns, "watch")
    for text in ("evaluating", "#1 a win", "Ctrl-C ends this view only", "experiments 1"):
        until(lambda text=text: terminal.shows(text))
    assert terminal.leave() == 0
    assert "Traceback" not in terminal.seen
    assert "\x1b[?1049l" in terminal.seen, "the screen of before comes back"
    assert (candidate.read(".autoloop/history.jsonl"), candidate.read(".autoloop/state.json")) == before
    assert alive(running["pid"]), "what was watched goes on"


def test_a_pipe_gets_lines_and_an_end(candidate):
    under_way(candidate)
    process = candidate.start("watch")
    lines = []
    until(lambda: lines.append(process.stdout.readline()) or "is still running" in lines[-1])
    release(candidate)
    candidate.result("wait", "--timeout", "30s")
    candidate.result("keep")
    until(lambda: lines.append(process.stdout.readline()) or "experiment 1 kept" in lines[-1])
    candidate.result("session", "end")
    rest, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "\x1b" not in "".join(lines) + rest


def test_nothing_runs_and_nothing_is_there(repository, world):
    for one in (repository, world):
        done = one.run("watch")
        assert done.returncode == 0, done.stderr
        assert "Nothing is running" in done.stdout
        assert one.result("watch")["progress"] is None


def test_a_closed_pipe_is_no_error(candidate):
    hold(candidate)
    under_way(candidate)
    done = subprocess.run(
        f"{sys.executable} -m autoloop watch | head -1",
        shell=True,
        cwd=candidate.root,
        env=candidate.env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert done.stdout.count("\n") == 1


def test_the_samples_and_the_interval_are_in_the_live_file(configured):
    configured.write("bench.py", NOISY)
    configured.git("commit", "-qam", "noisy benchmark")
    configured.prove()
    configured.write("cost.txt", "95\n")
    process = configured.start("eval", "--json")
    seen = []

    def enough():
        seen.append(configured.result("watch"))
        return len(seen[-1]["points"]) > 4 or process.poll() is not None

    until(enough)
    process.communicate(timeout=60)
    points = max((look["points"] for look in seen), key=len)
    assert {point[0] for point in points} == {"incumbent", "candidate"}
    assert any(point[3] < point[2] < point[4] for point in points if point[3] is not None), points
    progress = next(look["progress"] for look in seen if look["progress"] and look["progress"].get("done"))
    assert progress["most"] == 40
    assert progress["expected"] > 0


NOISY = """\
import pathlib, random, time
here = pathlib.Path(__file__).parent
time.sleep(0.3)
print(f"METRIC cost={float((here / 'cost.txt').read_text()) + 12 * random.random()}ms")
print("METRIC size=50")
"""


def test_a_reader_who_left_is_no_failure(world):
    world.result("session", "start")
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "autoloop", "watch"]
    done = subprocess.run(
        command,
        cwd=world.root,
        env=world.env,
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_line_of_progress_makes_room_for_the_answer(candidate):
    hold(candidate)
    terminal = Terminal(candidate, 100, "eval")
    until(lambda: terminal.shows("\r"))
    release(candidate)
    until(lambda: terminal.shows("experiment 1: a win"))
    assert re.search(r"[\r\n](\x1b\[[\d;]*m)*keep", terminal.seen), terminal.seen
    assert terminal.process.wait(timeout=120) == 0
    os.close(terminal.far)
