"""Speed as ratios measured in one run, and the quick form of the other benchmarks. ``make bench``.

Cold starts are medians of processor time over interleaved runs: the bare interpreter and the command take turns, so
that a busy moment of the machine hits both.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from store import filled

from autoloop import runner

HERE = Path(__file__).resolve().parent
ROUNDS = 21
CONFIG = """\
schema_version = 1
[eval]
command = "cat code.txt"
primary_metric = "size"
direction = "lower_is_better"
[machine]
max_load = 4.0
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "repository"
        environment = prepared(repository)
        print(f"{'command':34} {'time':>9} {'of bare python':>15} {'goal':>7}")
        for arguments, goal in (
            ("status --json", "<= 5"),
            ("next --json", "<= 8"),
            ("history --json", ""),
            ("--version", ""),
        ):
            bare, command = interleaved(
                [sys.executable, "-c", "pass"],
                [sys.executable, "-m", "autoloop", *arguments.split()],
                repository,
                environment,
            )
            print(f"{'autoloop ' + arguments:34} {command * 1000:6.0f} ms {command / bare:14.1f}x {goal:>7}")
        overhead(repository, environment)
        output(Path(folder))
        history(Path(folder), environment)
    for script, arguments in (
        ("store.py", []),
        ("report.py", []),
        ("detect.py", ["--quick"]),
        ("verdict/run.py", ["--quick"]),
    ):
        if (HERE / script).exists():
            print(f"\n--- {script}", flush=True)
            subprocess.run([sys.executable, str(HERE / script), *arguments], check=True)


def prepared(repository: Path) -> dict[str, str]:
    """A small repository with a baseline."""
    repository.mkdir()
    environment = {**os.environ, "XDG_STATE_HOME": str(repository.parent / "state")}
    for command in ("git init -q", "git config user.name b", "git config user.email b@localhost"):
        subprocess.run(command.split(), cwd=repository, check=True)
    (repository / "code.txt").write_text("METRIC size=10\n")
    subprocess.run("git add -A && git commit -qm one && mkdir .autoloop", shell=True, cwd=repository, check=True)
    (repository / ".autoloop" / ".gitignore").write_text("*\n")
    (repository / ".autoloop" / "config.toml").write_text(CONFIG)
    for command in ("doctor --yes", "baseline"):
        autoloop(command, repository, environment)
    return environment


def autoloop(command: str, repository: Path, environment: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "autoloop", *command.split()],
        cwd=repository,
        env=environment,
        check=True,
        capture_output=True,
    )


def interleaved(one: list[str], other: list[str], repository: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Median processor seconds (user and system, with all children) of both commands."""
    times: dict[int, list[float]] = {0: [], 1: []}
    for number in range(2 * ROUNDS):
        which = number % 2
        before = used()
        subprocess.run((one, other)[which], cwd=repository, env=environment, capture_output=True, check=True)
        times[which].append(used() - before)
    return statistics.median(times[0]), statistics.median(times[1])


def used() -> float:
    """Processor seconds of all children that have ended."""
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    return told.ru_utime + told.ru_stime


def overhead(repository: Path, environment: dict[str, str]) -> None:
    """The loop's own time per run of the eval, beyond the command itself."""
    began = time.perf_counter()
    for _ in range(20):
        subprocess.run(["/bin/sh", "-c", "cat code.txt"], cwd=repository, capture_output=True, check=True)
    bare = (time.perf_counter() - began) / 20
    times = {}
    for samples in (1, 101):
        began = time.perf_counter()
        autoloop(f"baseline --samples {samples}", repository, environment)
        times[samples] = time.perf_counter() - began
    per_run = (times[101] - times[1]) / 100
    print(f"{'overhead per eval run':34} {(per_run - bare) * 1000:6.1f} ms {'':15} {'<= 15 ms':>7}")


def output(folder: Path) -> None:
    """What capturing, capping and redacting a talkative run costs, beside writing the same lines to a file."""
    line = "iteration 000123 loss=0.1234567 through the high-level sky_is_falling some more words"
    shell = f"yes '{line}' | head -c 50000000"
    out, err = folder / "talk.out", folder / "talk.err"
    command = runner.Command(shell=shell, cwd=folder)
    runner.run(command, stdout=out, stderr=err)  # starts what watches over runs
    began = time.perf_counter()
    runner.run(command, stdout=out, stderr=err)
    captured = time.perf_counter() - began
    began = time.perf_counter()
    subprocess.run(f"{{ {shell}; }} > plain.out", shell=True, cwd=folder, check=True)
    plain = time.perf_counter() - began
    ratio = f"{captured / plain:.1f}x"
    print(f"{'50 MB of output, redacted':34} {captured * 1000:6.0f} ms {ratio:>15} {'<= 20':>7}  (of a plain file)")


def history(folder: Path, environment: dict[str, str]) -> None:
    """Whether a long history slows a look at the state."""
    status = [sys.executable, "-m", "autoloop", "status", "--json"]
    roots = [filled(folder / f"history-{count}", count).layout.root for count in (10, 10_000)]
    for root in roots:
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    few, many = interleaved([*status, "-C", str(roots[0])], [*status, "-C", str(roots[1])], folder, environment)
    print(
        f"{'status, 10 000 experiments':34} {many * 1000:6.0f} ms {many / few:14.1f}x {'<= 2':>7}  (of 10 experiments)"
    )


if __name__ == "__main__":
    main()
