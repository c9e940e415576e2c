"""A git repository, and the installer's commands run in it by the real program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import forks


@dataclass
class Repository:
    """One repository."""

    root: Path

    @classmethod
    def made(cls, root: Path) -> Repository:
        root.mkdir(parents=True)
        subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True, env=environment(root.parent))
        return cls(root)

    def install(self, *arguments: str, code: int = 0) -> dict:
        done = forks.run(("install", *arguments, "--json"), self.root, environment(self.root.parent), timeout=60)
        assert done.returncode == code, (done.stdout, done.stderr)
        document = json.loads(done.stdout)
        return document["result"] if "result" in document else document["error"]

    def did(self, *arguments: str, code: int = 0) -> dict[str, str]:
        return {file["path"]: file["did"] for file in self.install(*arguments, code=code)["files"]}

    def write(self, name: str, content: bytes | str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def read(self, name: str) -> str:
        return (self.root / name).read_bytes().decode()

    def files(self) -> dict[str, bytes]:
        found = [path for path in self.root.rglob("*") if path.is_file() and ".git" not in path.parts]
        return {str(path.relative_to(self.root)): path.read_bytes() for path in found}


def environment(home: Path) -> dict[str, str]:
    """Nothing of the caller's but the way to the programs."""
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "HOME": str(home)}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {"PATH": path, "XDG_STATE_HOME": str(home / "state"), **alone}
