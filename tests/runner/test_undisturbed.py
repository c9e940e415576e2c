"""Signals wait for the end of what belongs together, also where another thread could take them."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import os, signal, threading, time
from autoloop.undisturbed import postponed, undisturbed

def stop(signum, _frame):
    if not postponed(signum):
        raise KeyboardInterrupt

signal.signal(signal.SIGTERM, stop)
if {threads}:
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
done = []
try:
    with undisturbed():
        with undisturbed():
            for _ in range({times}):
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(0.1)
        done.append("whole")
    done.append("too far")
except KeyboardInterrupt:
    done.append("stopped")
with undisturbed():
    done.append("again")
print(*done)
"""


@pytest.mark.parametrize("threads", [False, True])
@pytest.mark.parametrize("times", [1, 3])
def test_a_signal_waits_for_the_end_of_the_block_and_comes_once(threads, times):
    words = [sys.executable, "-c", PROGRAM.format(threads=threads, times=times)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "whole stopped again\n"
