"""A real repository, the real program in a process of its own, and nothing of the machine's own settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import forks

BENCH = """\
import pathlib, sys
here = pathlib.Path(__file__).parent
print("warming up")
print("METRIC cost=" + (here / "cost.txt").read_text().strip() + "ms")
print("METRIC size=" + (here / "size.txt").read_text().strip())
"""
CONFIG = """\
schema_version = 1

[eval]
command = "python3 bench.py"
primary_metric = "cost"
direction = "lower_is_better"
unit = "ms"
timeout = "20s"

[guardrails.tests]
command = "test ! -e broken"
pass_threshold = "all"

[guardrails.size]
metric = "size"
direction = "lower_is_better"
threshold = "5%"

[scope]
protected = ["bench.py", "protected/**"]

[machine]
max_load = 64
"""


@dataclass
class World:
    """One repository and the environment that commands run in; ``before`` goes in front of every command."""

    root: Path
    env: dict[str, str]
    before: tuple[str, ...] = ()

    def run(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """The program run to its end; forked where that makes no difference."""
        if not self.before and forks.can_run(self.env):
            return forks.run(arguments, self.root, self.env, timeout)
        return subprocess.run(
            [*self.before, sys.executable, "-m", "autoloop", *arguments],
            cwd=self.root,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*self.before, sys.executable, "-m", "autoloop", *arguments],
            cwd=self.root,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def json(self, *arguments: str, code: int | None = 0) -> dict:
        done = self.run(*arguments, "--json")
        assert done.stdout.count("\n") == 1, (done.stdout, done.stderr)
        document = json.loads(done.stdout)
        assert code is None or done.returncode == code, (done.returncode, document, done.stderr)
        assert document["autoloop"] == 1
        assert document["ok"] == ("result" in document) == ("error" not in document)
        return document

    def result(self, *arguments: str, code: int | None = 0) -> dict:
        return self.json(*arguments, code=code)["result"]

    def refused(self, *arguments: str, code: int = 1) -> dict:
        document = self.json(*arguments, code=code)
        error = document["error"]
        assert error["what"]
        assert error["code"]
        return error

    def git(self, *arguments: str) -> str:
        done = self.run_git(*arguments)
        done.check_returncode()
        return done.stdout

    def run_git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *arguments], cwd=self.root, env=self.env, check=False, capture_output=True, text=True
        )

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name: str) -> str:
        return (self.root / name).read_text()

    def state(self) -> str:
        return self.json("status")["state"]

    def prove(self) -> None:
        """Doctor and baseline."""
        self.result("doctor", "--yes")
        self.result("baseline")

    def win(self, cost: str, description: str = "a win") -> dict:
        """One experiment that is kept."""
        self.result("pre", "--description", description)
        self.write("cost.txt", cost + "\n")
        assert self.result("eval")["verdict"] == "keep"
        return self.result("keep", "--commit")


def environment(home: Path) -> dict[str, str]:
    """Nothing of the caller's but the way to the programs."""
    home.mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("LANG", "TMPDIR", "VIRTUAL_ENV") if name in os.environ}
    author = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "T"), ("EMAIL", "t@example.org"))
    }
    return {
        **kept,
        **author,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_RUNTIME_DIR": str(home),
        "AUTOLOOP_MACHINE_LOCK": str(home / "machine.lock"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }


def with_files(world: World) -> World:
    """One commit and no AutoLoop."""
    world.git("init", "-q", "-b", "main")
    for name, text in {"bench.py": BENCH, "cost.txt": "100\n", "size.txt": "50\n", "notes.txt": "mine\n"}.items():
        world.write(name, text)
    world.write("protected/data.txt", "1\n")
    world.git("add", "-A")
    world.git("commit", "-qm", "first")
    return world


def with_config(world: World) -> World:
    """A configuration written by hand, nothing proven."""
    world.write(".autoloop/.gitignore", "*\n")
    world.write(".autoloop/config.toml", CONFIG)
    return world
