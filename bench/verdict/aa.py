"""An A/A session: experiments that change nothing but a comment, on the real benchmark of examples/search.

``python bench/verdict/aa.py [--experiments 20]`` makes a repository of its own, runs the whole program on it, prints
one line per experiment, and exits with 1 when a change that does nothing was kept.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Repository:
    """A copy of the example under git, and the program run on it with a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "search"
        shutil.copytree(ROOT / "examples" / "search", self.root, ignore=shutil.ignore_patterns("__pycache__"))
        self.env = {**os.environ, "HOME": str(folder), "XDG_STATE_HOME": str(folder / "state"), "PYTHONPATH": str(ROOT)}
        for command in (
            "init -q",
            "config user.name bench",
            "config user.email b@localhost",
            "add -A",
            "commit -qm one",
        ):
            subprocess.run(["git", *command.split()], cwd=self.root, env=self.env, check=True)

    def ask(self, *words: str) -> dict[str, Any]:
        """The result of a command; a refusal ends the benchmark with what the program says."""
        argv = [sys.executable, "-m", "autoloop", *words, "--json"]
        done = subprocess.run(argv, cwd=self.root, env=self.env, capture_output=True, text=True, check=False)
        document: dict[str, Any] = json.loads(done.stdout)
        if "result" not in document:
            raise SystemExit(f"autoloop {' '.join(words)}: {document['error']}")
        return document

    def without_effect(self, number: int) -> None:
        """One comment more in the module that the benchmark spends its time in."""
        modules = sorted((self.root / "tinysearch").glob("*.py"), key=lambda path: path.stat().st_size)
        with modules[-1].open("a") as stream:
            stream.write(f"\n# Nothing is different in version {number}.\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=60, help="begin no experiment after so many")
    asked = parser.parse_args()
    began, kept, runs, done = time.monotonic(), 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="autoloop-aa-") as folder:
        repository = Repository(Path(folder))
        repository.ask("init", "--verify", "--yes")
        baseline = repository.ask("baseline")["result"]
        repository.ask("session", "start", "--name", "a-a", "--experiments", str(asked.experiments))
        metric, noise = baseline["metric"], baseline["noise"]
        print(f"{metric['name']} = {metric['value']:.4g} {metric['unit']}, noise {noise['relative']:.1%} per run")
        for number in range(1, asked.experiments + 1):
            if time.monotonic() - began > 60 * asked.minutes:
                break
            repository.ask("pre", "--description", f"no change, number {number}")
            repository.without_effect(number)
            found = repository.ask("eval")["result"]
            used = sum(found["samples"].values())
            shown = [found["improvement"][end] for end in ("percent", "low", "high")]
            effect = "-" if None in shown else "{:+.2f} % ({:+.2f} to {:+.2f})".format(*shown)
            print(
                f"{number:2}  {found['verdict']:8} {effect:32} {used:3} runs  {'; '.join(found['caveats'])}", flush=True
            )
            runs, done, kept = runs + used, done + 1, kept + (found["verdict"] == "keep")
            repository.ask(*(("keep",) if found["verdict"] == "keep" else ("discard", "--revert")))
    print(f"{kept} of {done} experiments without effect were kept; {runs} runs, {time.monotonic() - began:.0f} s")
    return 1 if kept else 0


if __name__ == "__main__":
    sys.exit(main())
