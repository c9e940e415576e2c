"""Guardrails of a Python project: its tests, linters and type checkers, in the form that only looks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from autoloop.detect import parse
from autoloop.detect.bodies import quote, safe_words
from autoloop.detect.python_project import PythonProject, from_source
from autoloop.detect.repository import Repository
from autoloop.detect.tree import at, directory_of, is_sample
from autoloop.detect.words import Evidence, GuardrailCandidate

_PYTEST_FILES = ("pytest.ini", ".pytest.ini", "pytest.toml", "tox.ini", "setup.cfg")
_TEST_FILE = r"(^|/)(test_[\w-]+|[\w-]+_test|tests?)\.py$|(^|/)tests?/([\w-]+/)*[\w-]+_tests\.py$"
_BENCH_PATH = re.compile(
    r"(?i)(^|/)(bench|benches|benchmarks?|perf)(/|$)|(^|/)(test_)?bench\w*\.py$|_bench(mark)?s?\.py$"
)
_ENOUGH = 400
_UNITTEST = re.compile(r"^(uv run |poetry run )?python3? -m unittest(?P<rest>( [\w./=-]+| '[\w.*]+')*)$")


class PytestOptions:
    """What the project's pytest configuration says of paths and switches.

    Args:
        repo: the repository.
        project: its Python project.
    """

    def __init__(self, repo: Repository, project: PythonProject) -> None:
        settings = parse.table(project.settings, "tool", "pytest")
        options = parse.table(settings, "ini_options") or settings
        texts = [repo.tree.text(at(project.base, name)) for name in _PYTEST_FILES]
        self.addopts = " ".join(parse.strings(options, "addopts")) or _ini(texts, "addopts")
        self.testpaths = parse.strings(options, "testpaths") or tuple(_ini(texts, "testpaths").split())
        self.configured = bool(options) or any(re.search(r"^\[(tool:)?pytest\]", text, re.MULTILINE) for text in texts)


def _ini(texts: list[str], key: str) -> str:
    found = (re.search(rf"^{key}\s*=\s*(.*(?:\n[ \t]+\S.*)*)", text, re.MULTILINE) for text in texts)
    return next((" ".join(match[1].split()) for match in found if match), "")


def test_files(repo: Repository, base: str) -> tuple[str, ...]:
    """Python files that hold tests, benchmarks and samples left out."""
    named = [path for path in repo.tree.matching(_TEST_FILE, ".py") if path.startswith(at(base, ""))]
    own = [path for path in named if not _BENCH_PATH.search(path) and not is_sample(path)]
    return repo.tree.grep(own[:_ENOUGH], r"^[ \t]*(async )?def test|\(.*TestCase\)|>>> ")


def guardrails(repo: Repository, project: PythonProject) -> Iterator[GuardrailCandidate]:
    """Tests first, then the linters and type checkers the project both configures and installs."""
    files = test_files(repo, project.base)
    if files:
        tests = _tests(repo, project, files)
        yield tests
        sourced = from_source(repo, project, tests.command)
        if sourced != tests.command:
            yield msgspec.structs.replace(tests, command=sourced, score=tests.score - 0.1)
    yield from _linters(repo, project)


def _tests(repo: Repository, project: PythonProject, files: tuple[str, ...]) -> GuardrailCandidate:
    options = PytestOptions(repo, project)
    said = repo.said(r"\bpytest\b")
    loose = repo.tree.grep(files, r"^(import pytest|from pytest|(async )?def test_)")
    if at(project.base, "manage.py") in repo.tree and not (options.configured or project.requires("pytest")):
        command, why = project.python("manage.py test"), Evidence(at(project.base, "manage.py"), "Django test runner")
    elif project.requires("pytest") or options.configured or said or loose:
        command = project.tool(f"pytest{_paths(repo, project, options, files)}", "pytest", *_plugins(project))
        why = (
            Evidence(said.file, f"runs `{said.command[:60]}`", said.line)
            if said
            else Evidence(files[0], "pytest tests")
        )
    else:
        command, why = _unittest(repo, project, files)
    return GuardrailCandidate("tests", command, (why,), "python", 0.9 if said else 0.8)


def _plugins(project: PythonProject) -> tuple[str, ...]:
    """Plugins that pytest needs beside itself, when they are declared apart from it."""
    return tuple(name for name in ("pytest-asyncio", "pytest-django", "hypothesis") if project.requires(name))


def _paths(repo: Repository, project: PythonProject, options: PytestOptions, files: tuple[str, ...]) -> str:
    """Paths and switches after ``pytest``: the tests, without the benchmarks."""
    inside = [path.removeprefix(at(project.base, "")) for path in files]
    top = next((name for name in ("tests", "test") if any(path.startswith(f"{name}/") for path in inside)), "")
    everything = all(path.startswith(f"{top}/") for path in inside)
    where = f" {top}" if top and everything and not options.testpaths else ""
    benches = [path for path in repo.tree.suffixed(".py") if _BENCH_PATH.search(path) and not is_sample(path)]
    timed = repo.tree.grep(benches + list(files), r"def test_\w*\([^)]{0,400}\bbenchmark\b")
    collected = options.testpaths or ((top,) if where else ("",))
    met = [path for path in timed if any(not root or path.startswith(root.strip("/")) for root in collected)]
    if met and project.requires("pytest-benchmark") and not re.search(r"--benchmark-(skip|disable)", options.addopts):
        return f"{where} --benchmark-skip"
    return where


def _unittest(repo: Repository, project: PythonProject, files: tuple[str, ...]) -> tuple[str, Evidence]:
    """What CI or the documents run, else discovery from where the tests really are: it can find none and still pass."""
    for mention in repo.mentions:
        found = _UNITTEST.match(mention.command)
        if found and not project.base:
            return project.python(f"-m unittest{found['rest']}"), Evidence(mention.file, "runs the tests", mention.line)
    places = Counter(directory_of(path) for path in files)
    top = min(places, key=lambda place: (place.count("/"), -places[place]))
    start = top.removeprefix(project.base).strip("/")
    package = f"{top}/__init__.py" in repo.tree
    names = [path.rpartition("/")[2] for path in files if directory_of(path) == top]
    pattern = "" if any(name.startswith("test") for name in names) else f" -p {quote('*' + names[0][-8:])}"
    where = f" -s {quote(start)}{' -t .' if package else ''}" if start else ""
    command = project.python(f"-m unittest discover{where}{pattern}")
    return from_source(repo, project, command), Evidence(files[0], "unittest tests")


def _linters(repo: Repository, project: PythonProject) -> Iterator[GuardrailCandidate]:
    for name, tool, arguments, switch in (
        ("lint", "ruff", "check", " --no-fix"),
        ("lint", "flake8", "", ""),
        ("types", "mypy", "", ""),
        ("types", "pyright", "", ""),
    ):
        said = repo.said(rf"(^|\s){tool}( check)?(\s|$)", "ci")
        configured = bool(parse.table(project.settings, "tool", tool)) or bool(
            repo.tree.first(*(at(project.base, file) for file in (f"{tool}.toml", f"{tool}.ini", f".{tool}")))
        )
        if not (said or (configured and project.requires(tool))):
            continue
        fixes = parse.dig(project.settings, "tool", tool, "fix") is True
        target = _targets(said.command if said else "", tool) or _default_target(repo, project, tool)
        words = " ".join(word for word in (tool, arguments, target) if word) + (switch if fixes else "")
        seen = (
            Evidence(said.file, f"runs {tool}", said.line) if said else Evidence("pyproject.toml", f"configures {tool}")
        )
        yield GuardrailCandidate(name, project.tool(words, tool), (seen,), "python", 0.7 if said else 0.6)


def _targets(command: str, tool: str) -> str:
    """Plain paths that CI hands to the tool."""
    words = safe_words(command)
    after = words[words.index(tool) + 1 :] if tool in words else ()
    return " ".join(quote(word) for word in after if not word.startswith("-") and word != "check")


def _default_target(repo: Repository, project: PythonProject, tool: str) -> str:
    if tool != "mypy" or parse.strings(project.settings, "tool", "mypy", "files"):
        return ""
    if parse.strings(project.settings, "tool", "mypy", "packages"):
        return ""
    return "src" if repo.tree.has_directory(at(project.base, "src")) else "."
