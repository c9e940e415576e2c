"""An eval that cannot see the edit, or prints a constant, is told before it is run."""

from __future__ import annotations

import pytest

from autoloop.detect import eval_objection

REFUSED = [
    "echo METRIC seconds=1",
    "true",
    "echo 'METRIC x=1' && exit 0",
    "asv run",
    "cd bench && asv run --bench Time",
    "git stash && make bench && git stash pop",
    "git clone . /tmp/x && make -C /tmp/x bench",
    "vitest bench",
    "cargo watch -x bench",
]
DOUBTED = [
    "./target/release/tool input.txt",
    "node dist/bench.js",
    "java -jar benchmarks/target/benchmarks.jar",
    "./build/bench_hash --benchmark_format=json",
]
FINE = [
    "asv run --python=same --set-commit-hash $(git rev-parse HEAD)",
    "python3 bench.py",
    "cargo bench --bench scan",
    "make -s build && ./build/bench",
    "npm run build && node dist/bench.js",
    "echo start && python3 bench.py",
    "vitest bench --run",
    "go test -run '^$' -bench . ./...",
    "./bench",
]


@pytest.mark.parametrize("command", REFUSED)
def test_it_cannot_measure_a_change(command):
    found = eval_objection(command, "")
    assert found is not None
    assert found.status == "fail"
    assert found.why
    assert found.fix


@pytest.mark.parametrize("command", DOUBTED)
def test_it_may_measure_what_was_built_before(command):
    found = eval_objection(command, "")
    assert found is not None
    assert found.status == "warn"
    assert eval_objection(command, "make") is None


@pytest.mark.parametrize("command", FINE)
def test_nothing_speaks_against_it(command):
    assert eval_objection(command, "") is None
