"""Draws what commands print on a terminal as pictures: ``python docs/screenshots.py REPOSITORY``.

The commands are really run, in a terminal of their own, in a repository where a session has taken place; the tutorial
shows the pictures. They change with every session, so that ``make docs`` leaves them alone.
"""

from __future__ import annotations

import os
import pty
import re
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

IMAGES = Path(__file__).resolve().parent / "images"
WIDTH = 112
SHOTS = {"status": ("status",), "show": ("show", "1")}
_FONT = re.compile(r"@font-face \{.*?\}", re.DOTALL)  # it names a server; the viewer's own font will do


def main(repository: Path) -> None:
    """Run each command and draw its screen."""
    for name, words in SHOTS.items():
        screen = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
        screen.print(Text.from_ansi(printed(repository, words).rstrip()))
        drawn = screen.export_svg(title=f"autoloop {' '.join(words)}", theme=DIMMED_MONOKAI, unique_id=name)
        lines = _FONT.sub("", drawn).splitlines()
        (IMAGES / f"{name}.svg").write_text("\n".join(line.rstrip() for line in lines if line.strip()) + "\n")


def printed(repository: Path, words: tuple[str, ...]) -> str:
    """What a terminal of that width is sent."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(repository)
        size = {"COLUMNS": str(WIDTH), "LINES": "200", "TERM": "xterm-256color", "PAGER": "cat"}
        os.execvpe(sys.executable, [sys.executable, "-m", "autoloop", *words], os.environ | size)  # noqa: S606
    text = b""
    while part := _read(terminal):
        text += part
    os.waitpid(pid, 0)
    return text.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how a terminal says that nobody writes to it any more
        return b""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
