from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from runner_world import alive, number_in, wait_for

from autoloop import runner
from autoloop.runner.tree import boot_id, processes

pytestmark = [pytest.mark.usefixtures("_no_survivors")]

DAEMON = (
    "import os, time\n"
    "if os.fork(): os._exit(0)\n"
    "os.setsid()\n"
    "if os.fork(): os._exit(0)\n"
    "open('daemon', 'w').write(f'{os.getpid()}\\n')\n"
    "time.sleep(60)\n"
)


def test_background_children_are_ended_and_reported(execute, tmp_path):
    done = execute("sleep 60 & echo $! > child; sleep 61 & exit 0")
    assert done.outcome == "ok"
    child = number_in(tmp_path / "child")
    assert child in done.leftovers
    assert len(done.leftovers) == 2
    assert done.seconds < 0.2


def test_what_ends_by_itself_is_no_leftover(execute):
    done = execute("(sleep 0.1; echo late) & exit 0")
    assert done.leftovers == ()
    assert done.stdout.read_text() == "late\n"


def test_leftovers_that_ignore_sigterm(execute):
    done = execute("(trap '' TERM; while :; do sleep 0.05; done) & exit 0")
    assert done.outcome == "ok"
    assert done.leftovers


def test_daemon_in_a_session_of_its_own(execute, tmp_path):
    done = execute(f'python3 -c "{DAEMON}"; while [ ! -s daemon ]; do sleep 0.02; done')
    daemon = number_in(tmp_path / "daemon")
    assert done.leftovers == (daemon,)
    assert not alive(daemon)


def test_daemon_at_a_timeout(execute, tmp_path):
    done = execute(f'python3 -c "{DAEMON}"; sleep 60', timeout=3)
    assert done.outcome == "timeout"
    assert not alive(number_in(tmp_path / "daemon"))


def test_command_that_kills_its_own_group(execute):
    done = execute("sleep 60 & kill -9 0")
    assert (done.outcome, done.signal) == ("killed", 9)
    assert execute("echo fine").stdout.read_text() == "fine\n"


def test_pipe_held_open_does_not_hold_us_up(execute):
    began = time.monotonic()
    assert execute("setsid sleep 60 & exit 0").outcome == "ok"
    assert time.monotonic() - began < 30


def test_group_is_known_before_the_command_begins(execute, tmp_path):
    seen = []

    def started(group: runner.Group) -> None:
        time.sleep(0.1)
        seen.append((group, (tmp_path / "ran").exists()))

    execute("touch ran; cut -d' ' -f5 /proc/$$/stat; echo $AUTOLOOP_RUN", on_start=started)
    (group, ran) = seen[0]
    assert not ran
    pgid, mark = (tmp_path / "out.log").read_text().split()
    assert (group.pgid, group.mark, group.boot_id) == (int(pgid), mark, boot_id())
    assert group.start_time > 0


def test_nothing_runs_when_it_cannot_be_recorded(execute, tmp_path):
    def started(_group: runner.Group) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        execute("touch ran", on_start=started)
    assert not (tmp_path / "ran").exists()


def test_ticks(execute):
    ticks: list[float] = []
    execute("sleep 1.2", on_tick=ticks.append)
    assert len(ticks) == 2
    assert 0.4 < ticks[0] < ticks[1] < 1.3


def test_a_tick_may_end_it(execute, tmp_path):
    def tick(_seconds: float) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        execute("echo $$ > pid; sleep 60", on_tick=tick)
    assert not alive(number_in(tmp_path / "pid"))


PROGRAM = """
import signal, sys
from pathlib import Path
from autoloop import runner
from autoloop.errors import InterruptedBySignalError

def stop(signum, _frame):
    raise InterruptedBySignalError(signum)

for name in ("SIGINT", "SIGTERM", "SIGHUP"):
    signal.signal(getattr(signal, name), stop)
here = Path(sys.argv[1])
command = runner.Command(cwd=here, shell=sys.argv[2], grace=float(sys.argv[3]))
try:
    runner.run(command, stdout=here / "o", stderr=here / "e", on_start=lambda group: print(group.pgid, flush=True))
except InterruptedBySignalError as error:
    sys.exit(error.exit_code)
"""
STUBBORN = "trap '' TERM INT HUP; echo $$ > pid; while :; do sleep 0.05; done"
DAEMONISING = f'echo $$ > pid; python3 -c "{DAEMON}"; sleep 60'


@pytest.fixture
def program(tmp_path):
    """Another process that runs a command; ended with the test."""
    started = []

    def start(shell: str, grace: float = 0.3) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-c", PROGRAM, str(tmp_path), shell, str(grace)]
        started.append(subprocess.Popen(words, stdout=subprocess.PIPE))
        number_in(tmp_path / "pid")
        return started[0]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_to_us_ends_the_command_first(program, tmp_path, signum):
    process = program(STUBBORN)
    process.send_signal(signum)
    assert process.wait(60) == 128 + signum
    assert not alive(number_in(tmp_path / "pid"))


def test_second_signal_does_not_wait_for_the_grace(program, tmp_path):
    process = program(STUBBORN, grace=600)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 128 + signal.SIGTERM
    assert not alive(number_in(tmp_path / "pid"))


def test_sigkill_of_us_leaves_nothing(program, tmp_path):
    process = program(DAEMONISING)
    daemon = number_in(tmp_path / "daemon")
    process.kill()
    wait_for(lambda: not alive(number_in(tmp_path / "pid")) and not alive(daemon))


def test_sigkill_of_the_supervisor_leaves_nothing(program, tmp_path):
    process = program(DAEMONISING)
    daemon, pid = number_in(tmp_path / "daemon"), number_in(tmp_path / "pid")
    os.kill(_parent(pid), signal.SIGKILL)
    process.wait(60)
    assert not alive(pid)
    assert not alive(daemon)


def test_supervisor_that_died_between_runs_is_replaced(execute, tmp_path):
    execute("cut -d' ' -f4 /proc/$$/stat")
    supervisor = int((tmp_path / "out.log").read_text())
    os.kill(supervisor, signal.SIGKILL)
    wait_for(lambda: not alive(supervisor))
    assert execute("echo again").stdout.read_text() == "again\n"


def test_supervisor_that_dies_during_a_run_is_a_kill(execute, tmp_path):
    done = execute("kill -9 $(cut -d' ' -f4 /proc/$$/stat); sleep 60")
    assert (done.outcome, done.signal) == ("killed", 9)


def _parent(pid: int) -> int:
    return next(each.parent for each in processes() if each.pid == pid)


@pytest.fixture
def orphan(tmp_path):
    """A marked process that nobody watches any more, and its group."""
    environ = os.environ | {"AUTOLOOP_RUN": "feedfacefeedface"}
    process = subprocess.Popen(["sleep", "60"], env=environ, start_new_session=True)
    yield process, runner.tree.group_of(process.pid, "feedfacefeedface")
    process.kill()
    process.wait()


def test_sweep(orphan):
    process, group = orphan
    assert runner.sweep(group)
    assert process.wait(60) == -signal.SIGKILL
    assert not runner.sweep(group)


def test_sweep_finds_what_moved_to_another_group(orphan):
    process, group = orphan
    assert runner.sweep(runner.Group(1, 0, group.boot_id, group.mark))
    assert process.wait(60) == -signal.SIGKILL


def test_sweep_of_the_group_alone(orphan):
    process, group = orphan
    assert runner.sweep(runner.Group(group.pgid, group.start_time, group.boot_id))
    assert process.wait(60) == -signal.SIGKILL


def test_sweep_leaves_strangers_alone(orphan):
    process, group = orphan
    assert not runner.sweep(runner.Group(group.pgid, group.start_time, "another boot", group.mark))
    assert not runner.sweep(runner.Group(group.pgid, group.start_time + 1, group.boot_id, "0" * 16))
    assert not runner.sweep(runner.Group(group.pgid, group.start_time - 1, group.boot_id))
    assert process.poll() is None
