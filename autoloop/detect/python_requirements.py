"""Which packages a Python project requires, and where it says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autoloop.detect import parse
from autoloop.detect.tree import Tree, at

_NAME = re.compile(r"^[ \t]*([A-Za-z0-9][\w.-]*)")
_LIST = re.compile(r"(requirements[-_.\w]*/)?[\w.-]*(requirements|dev|test|bench)[\w.-]*\.(txt|in)")
_TOOL = re.compile(r"(?<![\w/.-])(?:pytest[\w-]*|asv|pyperf|mypy|ruff|flake8|pyright|nox|tox)(?![\w/-])")


def declared(tree: Tree, base: str, settings: dict[str, object]) -> dict[str, frozenset[str]]:
    """Names of required packages by the place that declares them.

    Args:
        tree: the repository's files.
        base: directory of the project.
        settings: its ``pyproject.toml``.
    """
    found: dict[str, set[str]] = {}
    for place, names in _places(tree, base, settings):
        found.setdefault(place, set()).update(names)
    return {place: frozenset(names) for place, names in found.items()}


def _places(tree: Tree, base: str, settings: dict[str, object]) -> Iterator[tuple[str, set[str]]]:
    yield "main", _names(parse.strings(settings, "project", "dependencies"))
    for name, listed in parse.table(settings, "project", "optional-dependencies").items():
        yield f"extra {name}", _names(parse.strings(listed))
    groups = parse.table(settings, "dependency-groups")
    for name in groups:
        yield f"group {name}", _names(_group(groups, name, 0))
    yield "group dev", _names(parse.strings(settings, "tool", "uv", "dev-dependencies"))
    yield "main", set(map(_normal, parse.table(settings, "tool", "poetry", "dependencies")))
    yield "group dev", set(map(_normal, parse.table(settings, "tool", "poetry", "dev-dependencies")))
    for name, group in parse.table(settings, "tool", "poetry", "group").items():
        yield f"group {name}", set(map(_normal, parse.table(group, "dependencies")))
    for name, listed in parse.table(settings, "tool", "pdm", "dev-dependencies").items():
        yield f"group {name}", _names(parse.strings(listed))
    yield from _environments(tree, base, settings)
    yield from _loose(tree, base)


def _environments(tree: Tree, base: str, settings: dict[str, object]) -> Iterator[tuple[str, set[str]]]:
    hatch = parse.table(settings, "tool", "hatch", "envs") | parse.table(tree.toml(at(base, "hatch.toml")), "envs")
    for name, env in hatch.items():
        listed = (*parse.strings(env, "dependencies"), *parse.strings(env, "extra-dependencies"))
        yield f"env {name}", _names(listed)
    for source in (parse.table(settings, "tool", "pixi"), tree.toml(at(base, "pixi.toml"))):
        features = [source, *parse.table(source, "feature").values()]
        for key in ("dependencies", "pypi-dependencies"):
            yield "pixi", {_normal(name) for feature in features for name in parse.table(feature, key)}
    pipfile = tree.toml(at(base, "Pipfile"))
    yield "main", {_normal(name) for key in ("packages", "dev-packages") for name in parse.table(pipfile, key)}


def _loose(tree: Tree, base: str) -> Iterator[tuple[str, set[str]]]:
    """Files without a grammar of their own worth a parser: requirement lists, and words in setup, tox and nox files."""
    for path in tree.suffixed(".txt", ".in"):
        if path.startswith(at(base, "")) and _LIST.fullmatch(path.removeprefix(at(base, ""))):
            yield f"file {path}", _names(tuple(tree.text(path).splitlines()))
    for name in ("setup.py", "setup.cfg", "tox.ini", "noxfile.py", "environment.yml"):
        words = _TOOL.findall(tree.text(at(base, name)))
        yield f"file {name}", set(map(_normal, words))


def _group(groups: dict[str, object], name: str, depth: int) -> tuple[str, ...]:
    """A dependency group with the groups it includes (PEP 735)."""
    listed = groups.get(name)
    if not isinstance(listed, list) or depth > 5:  # noqa: PLR2004 - a cycle, not a project
        return ()
    included = [parse.string(item, "include-group") for item in listed]
    inner = [requirement for other in included if other for requirement in _group(groups, other, depth + 1)]
    return (*parse.strings(listed), *inner)


def _names(requirements: tuple[str, ...]) -> set[str]:
    found = (_NAME.match(requirement) for requirement in requirements)
    return {_normal(match[1]) for match in found if match}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
