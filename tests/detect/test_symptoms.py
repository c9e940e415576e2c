"""What a failed command lacks is told from what it printed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autoloop.detect import symptom

LACKS = {
    "dash": ("sh: 1: hyperfine: not found\n", "hyperfine"),
    "bash": ("bench.sh: line 3: cargo: command not found\n", "cargo"),
    "zsh-like": ("bash: uv: command not found\n", "uv"),
    "make": ("make: cmake: No such file or directory\nmake: *** [bench] Error 127\n", "cmake"),
    "env": ("env: 'node': No such file or directory\n", "node"),
    "uv": ("error: Failed to spawn: `pytest`\n  Caused by: No such file or directory\n", "pytest"),
    "cargo": ("error: no such command: `nextest`\n", "nextest"),
    "python": ("/usr/bin/python3: No module named pytest\n", "pytest"),
    "import": ("ModuleNotFoundError: No module named 'numpy'\n", "numpy"),
    "node": ("Error: Cannot find module 'tinybench'\n", "tinybench"),
    "ruby": ("cannot load such file -- benchmark/ips (LoadError)\n", "benchmark/ips"),
    "own package": ("E   ModuleNotFoundError: No module named 'fibo'\n", "fibo"),
    "header": ("b.cpp:1:10: fatal error: catch2/catch_all.hpp: No such file or directory\n", "catch2/catch_all.hpp"),
    "clang header": ("b.cpp:1:10: fatal error: 'benchmark/benchmark.h' file not found\n", "benchmark/benchmark.h"),
    "linker": ("/usr/bin/ld: cannot find -lbenchmark: No such file or directory\n", "benchmark"),
    "cmake": (
        'Could not find a package configuration file provided by "benchmark"\n  with any of the following names:\n',
        "benchmark",
    ),
    "meson": ('meson.build:3:0: ERROR: Dependency "gbench" not found, tried pkgconfig\n', "gbench"),
    "asv": ("· No information stored about machine 'vm'. I know about nothing.\n", "asv"),
    "plugin": ("__main__.py: error: unrecognized arguments: --benchmark-only --benchmark-json=x\n", "pytest-benchmark"),
    "network": ("curl: (6) Could not resolve host: example.org\n", "network"),
    "node network": ("npm error code EAI_AGAIN\n", "network"),
    "service": ("Error: connect ECONNREFUSED 127.0.0.1:5432\n", "service"),
    "docker": ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock\n", "service"),
    "display": ("_tkinter.TclError: no display name and no $DISPLAY environment variable\n", "display"),
    "gpu": ("RuntimeError: Found no NVIDIA driver on your system.\n", "GPU"),
    "cuda": ("AssertionError: Torch not compiled with CUDA enabled\n", "GPU"),
    "disk": ("OSError: [Errno 28] No space left on device\n", "disk"),
    "tags": ("fatal: No names found, cannot describe anything.\n", "tags"),
}


@pytest.mark.parametrize("name", LACKS)
def test_it_is_named_with_what_helps(name):
    output, lacks = LACKS[name]
    found = symptom(output)
    assert found is not None
    assert lacks in found.what
    assert found.fix


@pytest.mark.parametrize(
    "output", ["", "AssertionError: 3 != 4\n", "12 failed, 3 passed\n", "error[E0308]: mismatched types\n"]
)
def test_an_ordinary_failure_lacks_nothing(output):
    assert symptom(output) is None


@pytest.mark.parametrize(
    "command", ["surely-not-there --fast", "cd . && surely-not-there", "python3 -m surely_not_there"]
)
def test_what_the_programs_here_really_say(command):
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    found = symptom(done.stdout + done.stderr)
    assert found is not None
    assert "surely" in found.what


def test_a_refused_connection_is_real():
    code = "import socket; socket.create_connection(('127.0.0.1', 1), timeout=5)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    found = symptom(done.stderr)
    assert found is not None
    assert "service" in found.what
