from __future__ import annotations

import statistics
import time

MIB = 1024 * 1024


def test_wall_time_is_that_of_the_command_alone(execute):
    seconds = [execute("sleep 0.1").seconds for _ in range(7)]
    assert 0.09 < statistics.median(seconds) < 0.125


def test_cpu_time_counts_children(execute):
    busy = "python3 -c 'import time\nwhile time.process_time() < 0.3: pass'"
    used = execute(f"{busy} & wait; {busy}").usage
    assert 0.6 <= used.cpu < 2
    assert execute("sleep 0.2").usage.cpu < 0.1


def test_cpu_time_counts_children_that_nobody_waited_for(execute):
    busy = 'python3 -c \'import time\nwhile time.process_time() < 0.2: pass\nopen("done", "w").close()\''
    used = execute(f"({busy}; :) & while [ ! -e done ]; do sleep 0.02; done").usage
    assert used.cpu >= 0.2


def test_peak_memory_is_not_that_of_this_program(execute):
    ballast = b"x" * (200 * MIB)
    small = execute("true").usage.peak_rss
    assert small < 8 * MIB
    assert len(ballast) == 200 * MIB


def test_peak_memory_of_the_largest_process(execute):
    done = execute("python3 -c 'x = b\"x\" * (120 << 20)'; true")
    assert 120 * MIB < done.usage.peak_rss < 150 * MIB


def test_peak_memory_is_no_running_maximum(execute):
    execute("python3 -c 'x = b\"x\" * (120 << 20)'")
    assert execute("true").usage.peak_rss < 8 * MIB


def test_overhead_is_small(execute):
    execute("true")
    overheads = []
    for _ in range(15):
        began = time.perf_counter()
        done = execute("true")
        done.stdout.read_bytes()
        overheads.append(time.perf_counter() - began - done.seconds)
    assert min(overheads) < 0.015
