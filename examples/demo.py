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
COMMANDS = """\
autoloop init --verify
autoloop doctor --fix
autoloop baseline
autoloop run --propose "python3 ../search-proposals/propose.py" --goal "faster queries" --name faster-queries --experiments 7
autoloop learn --all
autoloop finalize --session
autoloop status --all
git log --oneline autoloop/faster-queries
"""


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="autoloop-demo-"))
    began = time.monotonic()
    try:
        prepare(folder)
        for command in COMMANDS.splitlines():
            print(f"\n$ {command}", flush=True)
            code = run(command, folder)
            if code:
                print(f"\n{command} ended with exit code {code}")
                return code
        print(f"\nThe demo took {time.monotonic() - began:.0f} s.")
        return 0
    finally:
        if "--keep" in sys.argv:
            print(f"Left for you to look at: {folder / 'search'}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def prepare(folder: Path) -> None:
    """The example as a fresh git repository, and the proposals beside it."""
    for name in ("search", "search-proposals"):
        shutil.copytree(HERE / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for command in (
        "git init --quiet --initial-branch=main",
        "git config user.name Demo",
        "git config user.email demo@localhost",
        "git add --all",
        "git commit --quiet --message 'A small search library'",
    ):
        subprocess.run(shlex.split(command), cwd=folder / "search", env=environment(folder), check=True)


def run(command: str, folder: Path) -> int:
    """Run a command in the example."""
    return subprocess.run(words(command), cwd=folder / "search", env=environment(folder)).returncode


def words(command: str) -> list[str]:
    """The words of a command; `autoloop` is the one that belongs to this Python."""
    program, *arguments = shlex.split(command)
    return [*([sys.executable, "-m", "autoloop"] if program == "autoloop" else [program]), *arguments]


def environment(folder: Path) -> dict[str, str]:
    """Ours, but with no git settings of the user's and with approvals that are forgotten afterwards."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_PAGER": "cat"}
    return {**os.environ, **alone, "PATH": path, "XDG_STATE_HOME": str(folder / "state")}


if __name__ == "__main__":
    sys.exit(main())
