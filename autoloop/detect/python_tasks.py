"""Named tasks of Python projects: pdm, poe, hatch, pixi, taskipy and rye tables, tox environments, nox sessions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autoloop.detect import parse
from autoloop.detect.bodies import commands, inside, quote
from autoloop.detect.python_project import PythonProject
from autoloop.detect.repository import Repository
from autoloop.detect.tasks import Task
from autoloop.detect.tree import at

_TABLES = (
    ("pdm", ("tool", "pdm", "scripts"), "pdm run {}"),
    ("rye", ("tool", "rye", "scripts"), "rye run {}"),
    ("pixi", ("tool", "pixi", "tasks"), "pixi run {}"),
    ("poe", ("tool", "poe", "tasks"), "poe {}"),
    ("taskipy", ("tool", "taskipy", "tasks"), "task {}"),
)
_NOX_SESSION = re.compile(
    r"^@(?:nox\.)?session\b(?P<options>[^\n]*)\n(?:@[^\n]*\n)*def (?P<name>\w+)\(.*\).*:\n(?P<body>(?:[ \t]+.*\n|\n)*)",
    re.MULTILINE,
)
_NOX_RUN = re.compile(r"session\.run(?:_always)?\(([^)]*)\)", re.DOTALL)
_TOX_ENV = re.compile(r"^\[testenv:([\w.-]+)\]\n((?:(?!\[).*\n)*)", re.MULTILINE)


def python_tasks(repo: Repository, project: PythonProject) -> Iterator[Task]:
    """Every named task that the project's Python tools offer, with the commands behind it."""
    manifest = at(project.base, "pyproject.toml")
    for runner, keys, form in _TABLES:
        for name, task in parse.table(project.settings, *keys).items():
            yield _task(repo, project, manifest, (runner, form, name, _body(task)))
    for name, task in parse.table(repo.tree.toml(at(project.base, "pixi.toml")), "tasks").items():
        yield _task(repo, project, at(project.base, "pixi.toml"), ("pixi", "pixi run {}", name, _body(task)))
    yield from _hatch(repo, project)
    yield from _tox(repo, project)
    yield from _nox(repo, project)


def _task(repo: Repository, project: PythonProject, file: str, said: tuple[str, str, str, str]) -> Task:
    runner, form, name, body = said
    command = form.format(quote(name))
    command = project.run(command) if runner in {"poe", "taskipy"} else inside(project.base, command)
    line = repo.tree.line(file, rf"^[ \t]*\"?{re.escape(name.rpartition(':')[2])}\"?\s*=")
    return Task(runner, name, command, body, file, line)


def _body(task: object) -> str:
    """The commands of a task, whichever of the usual shapes its table has."""
    if isinstance(task, str):
        return task
    if isinstance(task, list):
        return "\n".join(_body(item) for item in task)
    for key in ("cmd", "shell", "composite", "sequence", "chain", "script", "call"):
        found = parse.dig(task, key)
        if found:
            return " ".join(parse.strings(found)) if key == "cmd" else _body(found)
    return ""


def _hatch(repo: Repository, project: PythonProject) -> Iterator[Task]:
    files = {"pyproject.toml": ("tool", "hatch", "envs"), "hatch.toml": ("envs",)}
    for file, keys in files.items():
        path = at(project.base, file)
        for name, env in parse.table(repo.tree.toml(path), *keys).items():
            prefix = "" if name == "default" else f"{name}:"
            for script, task in parse.table(env, "scripts").items():
                yield _task(repo, project, path, ("hatch", "hatch run {}", prefix + script, _body(task)))


def _tox(repo: Repository, project: PythonProject) -> Iterator[Task]:
    path = at(project.base, "tox.ini")
    for found in _TOX_ENV.finditer(repo.tree.text(path) + "\n"):
        listed = re.search(r"^commands\s*=\s*(.*\n(?:[ \t]+.*\n)*)", found[2], re.MULTILINE)
        body = "\n".join(commands(listed[1])) if listed else ""
        line = repo.tree.line(path, re.escape(f"[testenv:{found[1]}]"))
        yield Task("tox", found[1], inside(project.base, f"tox -e {quote(found[1])}"), body, path, line)


def _nox(repo: Repository, project: PythonProject) -> Iterator[Task]:
    path = at(project.base, "noxfile.py")
    for found in _NOX_SESSION.finditer(repo.tree.text(path)):
        renamed = re.search(r"name\s*=\s*[\"']([\w.-]+)[\"']", found["options"])
        name = renamed[1] if renamed else found["name"]
        runs = (re.findall(r"[\"']([^\"']*)[\"']", run[1]) for run in _NOX_RUN.finditer(found["body"]))
        body = "\n".join(" ".join(words) for words in runs)
        line = repo.tree.line(path, rf"^def {found['name']}\(")
        yield Task("nox", name, inside(project.base, f"nox -s {quote(name)}"), body, path, line)
