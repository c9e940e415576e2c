"""The whole loop on a copy of the search example: seven scripted proposals, measured, kept or discarded.

    python examples/demo.py            in a temporary directory, removed afterwards
    python examples/demo.py --keep     leave the directory and say where it is
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROPOSE = HERE / "search-proposals" / "propose.py"
COMMANDS = [
    ["init"],
    ["doctor"],
    ["baseline"],
    ["run", "--propose", f"{shlex.quote(sys.executable)} {shlex.quote(str(PROPOSE))}", "--goal", "faster queries",
     "--name", "faster-queries", "--experiments", "7"],
    ["learn"],
    ["finalize"],
    ["status"],
]


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="autoloop-demo-"))
    began = time.monotonic()
    try:
        repository = folder / "tinysearch"
        prepare(repository)
        environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
        for arguments in COMMANDS:
            code = run(arguments, repository, environment)
            if code:
                print(f"\nautoloop {arguments[0]} ended with exit code {code}")
                return code
        show("git log --oneline --graph autoloop/faster-queries", repository)
        print(f"\nThe demo took {time.monotonic() - began:.0f} s.")
        return 0
    finally:
        if "--keep" in sys.argv:
            print(f"Left for you to look at: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def prepare(repository: Path) -> None:
    """A fresh git repository with the example in it."""
    shutil.copytree(HERE / "search", repository, ignore=shutil.ignore_patterns("__pycache__"))
    for command in ("git init --quiet --initial-branch=main", "git config user.name Demo",
                    "git config user.email demo@localhost", "git add --all", "git commit --quiet --message 'A small search library'"):
        subprocess.run(shlex.split(command), cwd=repository, check=True)


def run(arguments: list[str], repository: Path, environment: dict[str, str]) -> int:
    """Print the command as a person would type it, and run it."""
    shown = ["python propose.py" if str(PROPOSE) in part else part for part in arguments]
    print(f"\n$ autoloop {shlex.join(shown)}", flush=True)
    return subprocess.run([sys.executable, "-m", "autoloop", *arguments], cwd=repository, env=environment).returncode


def show(command: str, repository: Path) -> None:
    print(f"\n$ {command}", flush=True)
    subprocess.run(shlex.split(command), cwd=repository, check=False)


if __name__ == "__main__":
    sys.exit(main())
