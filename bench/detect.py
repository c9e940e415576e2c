"""How good the set-up inference is on the miniature repositories, by ecosystem, and how fast on a large tree.

Run: python bench/detect.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "detect")]

from corpus import Case, Mark, judge, load  # noqa: E402 - the path above makes it importable

from autoloop.detect import scan  # noqa: E402 - likewise

FILES = 60_000
PACKAGES = 3_000


def share(values: list[bool]) -> str:
    """A percentage with its count."""
    return f"{sum(values) / len(values):4.0%} ({sum(values)}/{len(values)})" if values else "   -"


def row(name: str, marks: list[tuple[Case, Mark]]) -> str:
    """One line of the table."""
    measurable = [mark for case, mark in marks if case.measurable]
    claims = [mark for _, mark in marks if mark.claimed]
    cells = (
        share([mark.eval_right for mark in measurable]),
        share([mark.eval_right for mark in claims]),
        share([mark.extractable for mark in measurable]),
        share([mark.tests_right for _, mark in marks]),
        share([mark.manager_right for _, mark in marks]),
        share([not mark.trapped for _, mark in marks]),
    )
    return f"{name:12}" + "".join(f"{cell:>16}" for cell in cells)


def score(scratch: Path) -> None:
    """The table, and every problem below it."""
    marks = []
    for number, case in enumerate(load()):
        marks.append((case, judge(case, scan(case.create(scratch / str(number)), deadline=20))))
    heads = ("recall", "precision", "number named", "tests", "manager", "no trap")
    print(f"{'':12}" + "".join(f"{head:>16}" for head in heads))
    for ecosystem in sorted({case.ecosystem for case, _ in marks}):
        print(row(ecosystem, [pair for pair in marks if pair[0].ecosystem == ecosystem]))
    print(row("all", marks))
    for case, mark in marks:
        for problem in mark.problems:
            print(f"  {case.ecosystem}/{case.name}: {problem}")


def large_tree(root: Path) -> None:
    """A monorepo of 60 000 files in 3 000 directories, with every manifest there is and a 30 MB lock file."""
    suffixes = (".py", ".ts", ".go", ".rs", ".java", ".md", ".json", "_test.go", ".test.ts", ".toml")
    for number in range(FILES // 20):
        place = root / f"area{number % 30}" / f"part{number // 30 % 10}" / f"unit{number}"
        place.mkdir(parents=True)
        for index in range(20):
            name = f"bench_{index}" if index % 7 == 0 else f"file_{index}"
            (place / f"{name}{suffixes[index % len(suffixes)]}").write_text("package x\n" * 20)
    (root / "pyproject.toml").write_text("[project]\nname = 'big'\n[dependency-groups]\ndev = ['pytest']\n")
    (root / "package.json").write_text('{"name": "big", "scripts": {"bench": "node bench.js"}}')
    (root / "go.mod").write_text("module example.com/big\n")
    (root / "Cargo.toml").write_text('[workspace]\nmembers = ["area*/*"]\n')
    (root / "package-lock.json").write_text('{"packages": {' + '"a": 1, ' * 4_000_000 + '"b": 2}}')


def many_packages(root: Path) -> None:
    """A monorepo of 3 000 packages, each of six ecosystems at once, with tests and benchmarks."""
    files = {
        "package.json": '{"name": "p", "scripts": {"test": "vitest run", "bench": "vitest bench"}}',
        "pyproject.toml": "[project]\nname = 'p'\ndependencies = ['pytest', 'pytest-benchmark']\n",
        "Cargo.toml": '[package]\nname = "p"\n[[bench]]\nname = "b"\nharness = false\n',
        "go.mod": "module example.com/p\n",
        "pom.xml": "<project><artifactId>jmh-core</artifactId></project>",
        "P.csproj": '<Project><PackageReference Include="BenchmarkDotNet"/></Project>',
        "src/a.bench.ts": "import { bench } from 'vitest'\nbench('a', () => {})\n",
        "src/B.java": "class B {\n  @Benchmark\n  public void b() {}\n}\n",
        "b_test.go": "package p\nfunc BenchmarkB(b *testing.B) {}\n",
        "benches/b.rs": "use criterion::*;\n",
        "benchmarks/test_b.py": "def test_b(benchmark):\n    benchmark(len, [])\n",
        "tests/test_a.py": "def test_a():\n    pass\n",
    }
    for number in range(PACKAGES):
        for name, text in files.items():
            path = root / "packages" / f"area{number % 20}" / f"p{number}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    (root / "package.json").write_text('{"name": "all", "workspaces": ["packages/*/*"]}')
    (root / "Cargo.toml").write_text('[workspace]\nmembers = ["packages/*/*"]\n')


def speed(scratch: Path) -> None:
    """Seconds for the large trees: with the default deadline, and with all the time in the world."""
    for name, make in ((f"{FILES} files", large_tree), (f"{PACKAGES} packages", many_packages)):
        root = scratch / name
        root.mkdir(parents=True)
        make(root)
        for deadline in (1.5, 60.0):
            begin, busy = perf_counter(), process_time()
            answer = scan(root, deadline=deadline)
            spent, seconds = process_time() - busy, perf_counter() - begin
            kinds = ", ".join(answer.project_kinds)
            print(f"{name}, deadline {deadline:4.1f} s: {seconds:.2f} s ({spent:.2f} s of the processor), {kinds}")
            print("".join(f"  not read: {line}\n" for line in answer.skipped[:2]), end="")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        score(Path(directory) / "cases")
        speed(Path(directory))
