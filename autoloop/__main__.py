"""``python -m autoloop``."""

from __future__ import annotations

import os
import sys

# -m puts the current directory first on the path: modules of the repository at hand must not be imported as ours
here = os.getcwd()  # noqa: PTH109 - pathlib could be one of them
if sys.path[:1] in ([""], [here]) and not os.path.isfile(f"{here}/autoloop/cli.py"):  # noqa: PTH113
    del sys.path[0]

from autoloop.cli import main  # noqa: E402 - the path comes first

if __name__ == "__main__":
    main()
