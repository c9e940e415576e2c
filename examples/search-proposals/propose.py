"""A scripted proposer: experiment N of the loop gets the N-th patch.

Meant for ``autoloop run --propose "python3 /path/to/propose.py"``, which calls it in the repository once per experiment and
says the experiment's number, from 1, in AUTOLOOP_EXPERIMENT. Patches are read from the directory named by
AUTOLOOP_EXAMPLE_PATCHES, or from ``patches`` beside this file. The last line it prints is what the experiment is called.
"""

import os
import subprocess
import sys
from pathlib import Path


def patches() -> list[Path]:
    """The prepared changes, in order."""
    folder = os.environ.get("AUTOLOOP_EXAMPLE_PATCHES") or Path(__file__).resolve().parent / "patches"
    return sorted(Path(folder).glob("*.patch"))


def choose(number: str, prepared: list[Path]) -> Path:
    """The patch for an experiment; says so and exits when there is none."""
    if not number.isdecimal() or int(number) < 1:
        sys.exit(f"AUTOLOOP_EXPERIMENT must be the experiment's number, 1 or more; it is {number!r}.")
    if int(number) > len(prepared):
        sys.exit(f"No more proposals: there are {len(prepared)} patches, and this is experiment {number}.")
    return prepared[int(number) - 1]


def main() -> None:
    """Apply the patch to the repository in the current directory."""
    patch = choose(os.environ.get("AUTOLOOP_EXPERIMENT", ""), patches())
    done = subprocess.run(["git", "apply", str(patch)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{patch.name} does not apply here: {done.stderr.strip()}")
    print(f"Applied {patch.name}.")
    print("DESCRIPTION: " + patch.read_text(encoding="utf-8").splitlines()[0])


if __name__ == "__main__":
    main()
