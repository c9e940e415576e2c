"""The recorded session of forty experiments, unpacked; and histories made for what it does not hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

DATA = Path(__file__).parent.parent / "data" / "report"
VOID = {"meta", "link", "br", "input", "path", "circle", "use"}


@dataclass
class World:
    """A repository, and the program in a process of its own with nothing of the user's settings."""

    root: Path
    env: dict[str, str]

    def run(self, *arguments, python=("-m", "autoloop"), **given):
        return subprocess.run(
            [sys.executable, *python, *arguments],
            cwd=self.root,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            stdin=subprocess.DEVNULL,
            **given,
        )

    def text(self, *arguments, code=0):
        done = self.run(*arguments)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def result(self, *arguments, code=0):
        done = self.run(*arguments, "--json")
        assert done.returncode == code, (done.stdout, done.stderr)
        answer = json.loads(done.stdout)
        return answer["result"] if code == 0 else answer["error"]

    def git(self, *arguments):
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=self.env, capture_output=True, text=True, check=True
        )
        return done.stdout


def environment(home: Path) -> dict[str, str]:
    home.mkdir(parents=True, exist_ok=True)
    who = {f"GIT_{a}_{b}": v for a in ("AUTHOR", "COMMITTER") for b, v in (("NAME", "T"), ("EMAIL", "t@localhost"))}
    return {
        **who,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "XDG_STATE_HOME": str(home / "state"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "AUTOLOOP_MACHINE_LOCK": str(home / "machine.lock"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }


def unpacked(folder: Path) -> World:
    """The recorded session as a repository with a work tree."""
    world = World(folder / "search", environment(folder / "home"))
    world.root.mkdir(parents=True)
    world.git("init", "-q", "-b", "main")
    world.git("fetch", "-q", "--update-head-ok", str(DATA / "repository.bundle"), "+refs/*:refs/*")
    world.git("read-tree", "-u", "--reset", "HEAD")
    with tarfile.open(DATA / "session.tar.xz") as archive:
        archive.extractall(world.root, filter="data")
    return world


def whole(world: World):
    """All of a report's data: an answer on stdout is cut where it gets long."""
    path = world.root.parent / "whole.json"
    world.text("report", "-o", str(path))
    return json.loads(path.read_text())


class Page(HTMLParser):
    """What a page holds; complains of tags that do not fit together."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append((tag, given))
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given[name] for name in ("href", "src", "xlink:href") if given.get(name)]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> inside <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data):
        for tag in self.open:
            self.words.setdefault(tag, []).append(data)

    def text(self, tag="body"):
        return " ".join(" ".join(self.words.get(tag, [])).split())
