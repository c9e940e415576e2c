"""A Python project's manifests: its dependencies by where they are declared, its manager, and how things are run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autoloop.detect import parse
from autoloop.detect.bodies import inside, quote
from autoloop.detect.python_requirements import declared
from autoloop.detect.repository import Repository
from autoloop.detect.tree import at, directory_of, is_sample

MANIFESTS = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "requirements.txt",
    "tox.ini",
    "noxfile.py",
    "pixi.toml",
)
_LOCKS = {"uv.lock": "uv", "poetry.lock": "poetry", "pdm.lock": "pdm", "Pipfile.lock": "pipenv", "pixi.lock": "pixi"}
_BACKEND_ONLY = {
    "hatch": {"build", "version", "metadata", "publish"},
    "pdm": {"build", "version"},
    "uv": {"build-backend", "sources", "index"},
    "poetry": {"packages", "include", "exclude", "build"},
}
_SAID = {
    "uv": r"\buv (run|sync)\b",
    "poetry": r"\bpoetry (install|run)\b",
    "pdm": r"\bpdm (install|run|sync)\b",
    "hatch": r"\bhatch (run|test)\b",
    "pipenv": r"\bpipenv (install|run|sync)\b",
    "pixi": r"\bpixi run\b",
    "rye": r"\brye (run|sync|test)\b",
}


@dataclass(frozen=True)
class PythonProject:
    """One Python project.

    Attributes:
        base: its directory, empty for the root.
        declared: required packages by place: ``main``, ``group dev``, ``extra test``, ``env bench``, ``file …``.
        locked: whether uv has a lock file that it must not rewrite.
    """

    base: str
    manager: str
    declared: dict[str, frozenset[str]]
    settings: dict[str, object]
    locked: bool = False

    def requires(self, *packages: str) -> bool:
        """Whether any of the packages is declared anywhere."""
        return any(package in names for names in self.declared.values() for package in packages)

    def run(self, command: str, *packages: str) -> str:
        """``command`` in the project's environment, with the groups that hold ``packages``, typed at the root."""
        return inside(self.base, f"{self._prefix(packages)}{command}")

    def python(self, arguments: str, *packages: str) -> str:
        """As ``run`` for the interpreter; ``python3`` is there where nothing provides a ``python``."""
        return self.run(f"{'python3' if self.manager == 'pip' else 'python'} {arguments}", *packages)

    def tool(self, command: str, *packages: str) -> str:
        """As ``run`` for a tool that is also a module: without a manager the interpreter on PATH is asked for it."""
        return self.python(f"-m {command}", *packages) if self.manager == "pip" else self.run(command, *packages)

    def _prefix(self, packages: tuple[str, ...]) -> str:
        if self.manager == "uv":
            return " ".join(["uv run", *(["--frozen"] if self.locked else []), *self._uv_groups(packages)]) + " "
        if self.manager == "hatch":
            return f"hatch run {self._hatch_environment(packages)}"
        return "" if self.manager == "pip" else f"{self.manager} run "

    def _places(self, package: str) -> list[str]:
        return [place for place, names in self.declared.items() if package in names]

    def _uv_groups(self, packages: tuple[str, ...]) -> Iterator[str]:
        """Switches for what plain ``uv run`` would not install: groups that are no default, extras, or neither."""
        defaults = {"main", *(f"group {name}" for name in self._default_groups())}
        missing = [package for package in packages if not defaults.intersection(self._places(package))]
        common = [place for place in self.declared if missing and all(place in self._places(one) for one in missing)]
        given: set[str] = set()
        for package in missing:
            places = common or self._places(package)
            place = next((place for place in places if place.startswith(("group", "extra"))), "")
            kind, _, name = place.partition(" ")
            if not place or place not in given:
                yield f"--{kind} {quote(name)}" if place else f"--with {package}"
            given.add(place)

    def _default_groups(self) -> tuple[str, ...]:
        chosen = parse.dig(self.settings, "tool", "uv", "default-groups")
        if chosen == "all":
            return tuple(parse.table(self.settings, "dependency-groups"))
        return parse.strings(chosen) if isinstance(chosen, list) else ("dev",)

    def _hatch_environment(self, packages: tuple[str, ...]) -> str:
        places = [
            place.partition(" ")[2] for package in packages for place in self._places(package) if place[:4] == "env "
        ]
        return f"{quote(places[0])}:" if places and "default" not in places else ""


def read_project(repo: Repository) -> PythonProject:
    """The Python project at the root, else the shallowest one not far below it; without any manifest, the root."""
    tree = repo.tree
    manifests = [path for path in tree.named(*MANIFESTS) if not is_sample(path)]
    bases = sorted({directory_of(path) for path in manifests}, key=lambda base: (base.count("/") + bool(base), base))
    base = bases[0] if bases else ""
    if base.count("/") > 1:
        base = ""
    settings = tree.toml(at(base, "pyproject.toml"))
    manager = _manager(repo, base, settings)
    return PythonProject(base, manager, declared(tree, base, settings), settings, at(base, "uv.lock") in tree)


def from_source(repo: Repository, project: PythonProject, command: str) -> str:
    """The command with ``src`` on Python's path, where no manager installs the project; else as it is."""
    if project.manager != "pip" or "PYTHONPATH=" in command or not repo.tree.has_directory(at(project.base, "src")):
        return command
    return command.replace("python3 ", "PYTHONPATH=src python3 ", 1)


def _manager(repo: Repository, base: str, settings: dict[str, object]) -> str:
    """The manager with the best evidence: two signs beat one; a build backend's table is none."""
    signs = dict.fromkeys(_SAID, 0.0)
    for lock, name in _LOCKS.items():
        signs[name] += 2.0 * (at(base, lock) in repo.tree)
    signs["rye"] += 2.0 * (at(base, "requirements-dev.lock") in repo.tree or "rye" in parse.table(settings, "tool"))
    signs["pipenv"] += 1.0 * (at(base, "Pipfile") in repo.tree)
    signs["pixi"] += 2.0 * (at(base, "pixi.toml") in repo.tree)
    signs["hatch"] += 1.5 * (at(base, "hatch.toml") in repo.tree)
    for name in ("uv", "poetry", "pdm", "hatch", "pixi"):
        keys = set(parse.table(settings, "tool", name)) - _BACKEND_ONLY.get(name, set())
        signs[name] += 1.5 * bool(keys)
    for name, pattern in _SAID.items():
        said = repo.said(pattern)
        signs[name] += {"ci": 1.0, "docs": 0.6}[said.kind] if said else 0.0
    best = max(signs, key=lambda name: signs[name])
    return best if signs[best] >= 1.0 else "pip"
