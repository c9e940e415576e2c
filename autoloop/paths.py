"""Names of files and directories under ``.autoloop/``: every name is spelled here once."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

DIRECTORY = ".autoloop"
DRIVEN = "AUTOLOOP_DRIVEN"
"""Set for the calls of a driven agent to the workspace's path: commands that act refuse there."""
_SLUG_LENGTH = 40


class Layout:
    """Where things are in one workspace.

    Args:
        root: top of the work tree, absolute.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / DIRECTORY
        self.config = self.home / "config.toml"
        self.gitignore = self.home / ".gitignore"
        self.state = self.home / "state.json"
        self.journal = self.home / "history.jsonl"
        self.baseline = self.home / "baseline.json"
        self.learnings = self.home / "learnings.md"
        self.ideas = self.home / "ideas.md"
        self.experiments = self.home / "experiments"
        self.sessions = self.home / "sessions"
        self.runs = self.home / "runs"
        self.reports = self.home / "reports"
        self.backups = self.home / "backups"
        self.scratch = self.home / "scratch"
        self.objects = self.home / "objects"
        self.anchors = self.home / "anchors.json"
        self.log = self.home / "log.jsonl"
        self.lock = self.home / "lock"
        self.program = self.home / "autoloop"
        self.steering = self.home / "steer.md"
        self.driver = self.home / "lock.driver"
        self.lock_holder = self.home / "lock.holder"
        self.editing = self.home / "editing.lock"
        self.live = self.home / "live.json"
        self.detached = self.home / "detached"
        self.program = self.home / "autoloop"


def slug(text: str, fallback: str = "untitled") -> str:
    """A file-name-safe form of ``text``: lower-case ASCII letters, digits and single hyphens, at most 40 long."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return words[:_SLUG_LENGTH].strip("-") or fallback


def numbered(number: int, text: str) -> str:
    """``003-reduce-alloc``: the stem of an experiment's or a session's file."""
    return f"{number:03d}-{slug(text)}"
