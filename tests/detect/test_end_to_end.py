"""What a scan proposes is really run where its tool is at hand: a number comes out, the tests pass, the tree stays."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autoloop import config
from autoloop.detect import config_text, proof, scan
from autoloop.metrics import RESULT_FILE, Reading, Spec, read

PYTHON = {
    "pyproject.toml": "[project]\nname = 'queuesim'\n",
    "queuesim.py": "def run(n):\n    return sum(range(n))\n",
    "bench.py": (
        "import time\nimport queuesim\n\nstart = time.perf_counter()\nqueuesim.run(100_000)\n"
        "seconds = time.perf_counter() - start\nprint(f'throughput: {100_000 / seconds:.1f} ops/s')\n"
    ),
    "tests/__init__.py": "",
    "tests/test_run.py": (
        "import unittest\nimport queuesim\n\nclass RunTest(unittest.TestCase):\n"
        "    def test_run(self):\n        self.assertEqual(queuesim.run(3), 3)\n"
    ),
}
SOURCE_LAYOUT = {
    "pyproject.toml": "[project]\nname = 'tok'\n",
    "src/tok/__init__.py": "def split(s):\n    return s.split()\n",
    "benchmarks/bench_split.py": (
        "import json, timeit\nfrom tok import split\n\nif __name__ == '__main__':\n"
        "    took = timeit.timeit(lambda: split('a b'), number=1000)\n    print(json.dumps({'latency_ms': took}))\n"
    ),
    "tests/test_tok.py": (
        "import unittest\nfrom tok import split\n\nclass T(unittest.TestCase):\n"
        "    def test_split(self):\n        self.assertEqual(split('a b'), ['a', 'b'])\n"
    ),
}
NODE = {
    "package.json": '{"name": "enc", "type": "module", "scripts": {"perf": "node perf.js", "test": "node --test"}}',
    "index.js": "export const enc = (s) => s.length\n",
    "perf.js": (
        "import { enc } from './index.js'\nconst t = performance.now()\nfor (let i = 0; i < 1e5; i++) enc('abc')\n"
        "console.log(JSON.stringify({ opsPerSecond: 1e8 / (performance.now() - t) }))\n"
    ),
    "index.test.js": "import test from 'node:test'\nimport { enc } from './index.js'\ntest('enc', () => { enc('') })\n",
}
MAKE = {
    "Makefile": (
        "bench: bench_hash\n\t./bench_hash\n\nbench_hash: bench_hash.c\n\t$(CC) -O2 -o $@ $<\n\n"
        "test: bench_hash\n\t./bench_hash > /dev/null\n"
    ),
    "bench_hash.c": '#include <stdio.h>\nint main(void) { printf("throughput: %.1f MB/s\\n", 42.5); return 0; }\n',
    ".gitignore": "bench_hash\n",
}
CARGO = {
    "Cargo.toml": (
        '[package]\nname = "h"\nversion = "0.1.0"\nedition = "2021"\n\n[[bench]]\nname = "hash"\nharness = false\n'
    ),
    "src/lib.rs": "pub fn h(x: u64) -> u64 { x ^ 7 }\n\n#[test]\nfn t() { assert_eq!(h(1), 6); }\n",
    "benches/hash.rs": (
        "fn main() {\n    let t = std::time::Instant::now();\n    let mut x = 0;\n"
        "    for i in 0..1_000_000u64 { x = h::h(x ^ i); }\n"
        '    println!("METRIC hash_ns={}", t.elapsed().as_nanos() as f64 / 1e6 + (x % 2) as f64 / 1e9);\n}\n'
    ),
    ".gitignore": "target/\nCargo.lock\n",
}
JAVA = {
    "Makefile": ".PHONY: bench test\nbench:\n\tjava bench/Bench.java\n\ntest:\n\tjava bench/Bench.java > /dev/null\n",
    "bench/Bench.java": (
        "public class Bench {\n    public static void main(String[] a) {\n        long t = System.nanoTime(), x = 0;\n"
        "        for (int i = 0; i < 1000000; i++) x ^= i;\n"
        '        System.out.println("METRIC elapsed_ns=" + (System.nanoTime() - t + x % 2));\n    }\n}\n'
    ),
}
METRIC = {
    "measure.sh": "#!/bin/sh\necho warming up\necho 'METRIC render_ms=12.5'\n",
    "render.txt": "",
}
HYPERFINE = {
    "Makefile": "bench: tool.sh\n\thyperfine --runs 3 --shell=none 'sh tool.sh'\n",
    "tool.sh": "#!/bin/sh\nexit 0\n",
}
CMAKE = {
    "CMakeLists.txt": (
        'cmake_minimum_required(VERSION 3.16)\nproject(h C)\noption(H_BUILD_BENCH "Build it" OFF)\n'
        'option(H_TESTS "Build tests" OFF)\nadd_library(h h.c)\nif(H_BUILD_BENCH)\n  add_subdirectory(bench)\nendif()\n'
        "if(H_TESTS)\n  enable_testing()\n  add_executable(t t.c)\n  target_link_libraries(t h)\n"
        "  add_test(NAME t COMMAND t)\nendif()\n"
    ),
    ".gitignore": "build*/\n",
    "h.c": "int h(int x) { return x + 1; }\n",
    "t.c": "int h(int);\nint main(void) { return h(1) == 2 ? 0 : 1; }\n",
    "bench/CMakeLists.txt": "add_executable(bench_h bench_h.c)\ntarget_link_libraries(bench_h h)\n",
    "bench/bench_h.c": (
        "#include <stdio.h>\n#include <time.h>\nint h(int);\nint main(void) {\n    clock_t t = clock();\n"
        "    int x = 0;\n    for (int i = 0; i < 1000000; i++) x = h(x);\n"
        '    printf("elapsed: %f s\\n", (double)(clock() - t + x % 2) / CLOCKS_PER_SEC);\n}\n'
    ),
}

GO = {
    "go.mod": "module example.com/fib\n\ngo 1.19\n",
    "fib.go": "package fib\n\nfunc Fib(n int) int {\n\tif n > 1 {\n\t\tn = Fib(n-1) + Fib(n-2)\n\t}\n\treturn n\n}\n",
    "fib_test.go": (
        'package fib\n\nimport "testing"\n\nfunc TestFib(t *testing.T) {\n\tif Fib(5) != 5 {\n\t\tt.Fatal()\n\t}\n}\n\n'
        "func BenchmarkFib(b *testing.B) {\n\tfor i := 0; i < b.N; i++ {\n\t\tFib(5)\n\t}\n}\n"
    ),
}
MESON = {
    "meson.build": (
        "project('h', 'c')\nlib = static_library('h', 'h.c')\ntest('t', executable('t', 't.c', link_with: lib))\n"
        "benchmark('h', executable('bench_h', 'bench_h.c', link_with: lib))\n"
    ),
    ".gitignore": "build*/\n",
    "h.c": CMAKE["h.c"],
    "t.c": CMAKE["t.c"],
    "bench_h.c": CMAKE["bench/bench_h.c"],
}
RUBY = {
    "fib.gemspec": "Gem::Specification.new { |s| s.name = 'fib'; s.version = '1' }\n",
    "lib/fib.rb": "def fib(n) = n < 2 ? n : fib(n - 1) + fib(n - 2)\n",
    "bench/fib.rb": (
        "require 'fib'\nt = Process.clock_gettime(Process::CLOCK_MONOTONIC)\nfib(12)\n"
        'puts "METRIC fib_ms=#{(Process.clock_gettime(Process::CLOCK_MONOTONIC) - t) * 1000}"\n'
    ),
}
PROGRAMS = {
    "Cargo.toml": '[package]\nname = "h"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/lib.rs": CARGO["src/lib.rs"],
    "src/bin/bench.rs": CARGO["benches/hash.rs"],
    ".gitignore": CARGO[".gitignore"],
}


TOOLCHAINS = os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup"))  # before a test changes HOME


def create(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


def run(command: str, root: Path, home: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {
        "PATH": path,
        "HOME": str(home),
        "LC_ALL": "C",
        "PYTHONDONTWRITEBYTECODE": "1",
        "npm_config_cache": str(home),
        "RUSTUP_HOME": TOOLCHAINS,
        "CARGO_NET_OFFLINE": "true",
    }
    arguments = ["/bin/sh", "-c", command]
    return subprocess.run(
        arguments, cwd=root, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def measured(root: Path, home: Path) -> tuple[config.Config, Reading]:
    answer = scan(root, deadline=20)
    chosen = config.decode(config_text(answer, chosen=answer.evals[0]))
    section = chosen.eval
    result = home / "result"
    if section.build:
        assert run(section.build, root, home).returncode == 0
    done = run(section.command.replace(RESULT_FILE, str(result)), root, home)
    assert done.returncode == 0, done.stderr
    files = {str(result): result.read_bytes()} if result.exists() else {}
    spec = Spec(section.metric_format, section.primary_metric, section.unit, section.pattern)
    return chosen, read(spec, [done.stdout.encode()], [done.stderr.encode()], files)


@pytest.mark.parametrize(
    ("files", "tool", "metric", "direction"),
    [
        (PYTHON, "python3", "throughput", "higher_is_better"),
        (SOURCE_LAYOUT, "python3", "latency_ms", "lower_is_better"),
        (NODE, "npm", "opsPerSecond", "higher_is_better"),
        (MAKE, "cc", "throughput", "higher_is_better"),
        (CARGO, "cargo", "hash_ns", "lower_is_better"),
        (JAVA, "java", "", ""),
        (METRIC, "sh", "render_ms", "lower_is_better"),
        (HYPERFINE, "hyperfine", "geomean", "lower_is_better"),
        (CMAKE, "cmake", "elapsed", "lower_is_better"),
        (PROGRAMS, "cargo", "hash_ns", "lower_is_better"),
        (GO, "go", "geomean", "lower_is_better"),
        (MESON, "meson", "elapsed", "lower_is_better"),
        (RUBY, "ruby", "fib_ms", "lower_is_better"),
    ],
    ids=[
        *("python", "python-src-layout", "node", "make", "cargo", "java", "metric-lines", "hyperfine", "cmake"),
        *("cargo-program", "go", "meson", "ruby"),
    ],
)
def test_inferred_configuration_works(tmp_path, files, tool, metric, direction):
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed here")
    home, root = tmp_path / "home", tmp_path / "repo"
    home.mkdir()
    root.mkdir()
    create(root, files)
    chosen, reading = measured(root, home)
    assert chosen.eval.primary_metric == metric
    assert chosen.eval.direction == direction
    found = reading.primary or reading.values["elapsed_ns"]  # without a name in a source that is read, the run tells
    assert found.value > 0
    for name, rail in chosen.guardrails.items():
        done = run(rail.command, root, home)
        assert done.returncode == 0, (name, rail.command, done.stdout, done.stderr)
        assert proof(name, done.stdout + done.stderr).vacuous is None
    for name, content in files.items():
        assert (root / name).read_text() == content


def test_hostile_names_do_nothing_when_run(tmp_path):
    home, root = tmp_path / "home", tmp_path / "repo"
    home.mkdir()
    create(root, {"benchmarks/$(touch pwned); touch pwned.py": "import time\nprint('latency:', time.perf_counter())\n"})
    answer = scan(root)
    done = [run(candidate.command, root, home) for candidate in answer.evals]
    assert [one.returncode for one in done] == [0]
    assert "latency" in done[0].stdout
    assert [path.name for path in root.iterdir()] == ["benchmarks"]
