"""``init`` at a terminal asks, with evidence and defaults; anywhere else it does not."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from loop_world import World

_PATIENCE = 120


@pytest.fixture
def project(bare_world: World) -> World:
    """Two benchmarks, one of whose numbers has a name that means nothing, and a test."""
    bare_world.git("init", "-q", "-b", "main")
    bare_world.write(
        "bench.py", "import time\nt = time.perf_counter()\nprint(f'latency: {time.perf_counter() - t} s')\n"
    )
    bare_world.write("measure.sh", "#!/bin/sh\necho METRIC zonks=$(cat zonks.txt)\n")
    bare_world.write("zonks.txt", "3\n")
    bare_world.write("tests/test_a.py", "import unittest\n\nclass A(unittest.TestCase):\n    def test_a(self): pass\n")
    bare_world.git("add", "-A")
    bare_world.git("commit", "-qm", "first")
    return bare_world


class Talk:
    """The program at a pseudo-terminal."""

    def __init__(self, world: World, *arguments: str) -> None:
        self.master, slave = os.openpty()
        command = [sys.executable, "-m", "autoloop", *arguments]
        streams = {"stdin": slave, "stdout": slave, "stderr": slave}
        self.process = subprocess.Popen(command, cwd=world.root, env={**world.env, "TERM": "xterm"}, **streams)
        os.close(slave)
        self.heard = ""

    def until(self, words: str) -> str:
        end = time.monotonic() + _PATIENCE
        while words not in self.heard:
            assert time.monotonic() < end, self.heard
            assert self._listen(), self.heard
        return self.heard

    def say(self, text: str) -> None:
        self.heard = ""
        os.write(self.master, text.encode())

    def interrupt(self) -> None:
        """Ctrl-C, pressed again where it was not heard: Python misses one in the instant before it waits for a line."""
        end = time.monotonic() + _PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < end, self.heard
            self.process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=2)

    def finish(self) -> int:
        while self._listen():
            pass
        os.close(self.master)
        return self.process.wait(timeout=_PATIENCE)

    def _listen(self) -> bool:
        if not select.select([self.master], [], [], _PATIENCE)[0]:
            return False
        try:
            data = os.read(self.master, 4096)
        except OSError:  # the other end is closed
            return False
        self.heard += data.decode("utf-8", "replace")
        return bool(data)


@pytest.fixture
def talking(project: World) -> Iterator[Callable[..., Talk]]:
    """Starts the program in the project; what is still running in the end is ended."""
    started: list[Talk] = []

    def start(*arguments: str) -> Talk:
        started.append(Talk(project, *arguments))
        return started[-1]

    yield start
    for talk in started:
        if talk.process.poll() is None:
            talk.process.kill()
        talk.process.wait()


def test_candidates_are_offered_with_evidence_and_the_first_is_the_default(project, talking):
    talk = talking("init")
    shown = talk.until("Number [1]")
    assert "measure.sh: prints METRIC lines" in shown
    assert "bench.py: benchmark script" in shown
    talk.say("\n")
    talk.until("does not say which way is better")
    talk.until("Number [1]")
    talk.say("2\n")
    talk.until("Guardrail tests")
    talk.say("\n")
    assert talk.finish() == 0
    text = project.read(".autoloop/config.toml")
    assert 'command = "sh measure.sh"' in text
    assert 'direction = "higher_is_better"' in text
    assert "[guardrails.tests]" in text


def test_another_choice_and_no_guardrail(project, talking):
    talk = talking("init")
    talk.until("Number [1]")
    talk.say("2\n")
    talk.until("Guardrail tests")
    talk.say("n\n")
    assert talk.finish() == 0
    text = project.read(".autoloop/config.toml")
    assert 'command = "python3 bench.py"' in text
    assert 'primary_metric = "latency"' in text
    assert "[guardrails" not in text


def test_a_command_of_ones_own_and_its_wall_time(project, talking):
    talk = talking("init")
    talk.until("Number [1]")
    talk.say("3\n")
    talk.until("Command")
    talk.say("sh measure.sh\n")
    talk.until("its wall time")
    talk.say("2\n")
    talk.until("Guardrail tests")
    talk.say("\n")
    assert talk.finish() == 0
    text = project.read(".autoloop/config.toml")
    assert 'metric_format = "process"' in text
    assert 'primary_metric = "wall_time"' in text
    assert project.result("doctor")["healthy"]


def test_giving_up_in_the_middle_writes_nothing(project, talking):
    talk = talking("init")
    talk.until("Number [1]")
    talk.interrupt()
    assert talk.finish() == 130
    assert not (project.root / ".autoloop").exists()


@pytest.mark.parametrize("arguments", [("init", "--yes"), ("init", "--json"), ("init", "--dry-run")])
def test_nothing_is_asked_where_it_was_said_so(talking, arguments):
    talk = talking(*arguments)
    assert talk.finish() == 0
    assert "Number [" not in talk.heard
    assert "measure.sh" in talk.heard


def test_an_existing_configuration_is_refused_before_any_question(project, talking):
    project.result("init")
    talk = talking("init")
    assert talk.finish() == 1
    assert "Number [" not in talk.heard
    assert "init --force" in talk.heard
