"""Go: Benchmark functions in any test file of any module."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from autoloop.detect import names
from autoloop.detect.bodies import inside, quote
from autoloop.detect.formats import FORMATS
from autoloop.detect.repository import Repository
from autoloop.detect.tree import at, directory_of
from autoloop.detect.words import Candidate, Evidence, Finding, GuardrailCandidate

_BENCHMARK = re.compile(r"^func (Benchmark\w*)\(\w+ \*testing\.B\)", re.MULTILINE)
_TEST = r"^func (Test|Example|Fuzz)\w*\("
_TAG = re.compile(r"^//go:build ([\w-]+)$", re.MULTILINE)
_PLATFORM = {"linux", "darwin", "windows", "unix", "amd64", "arm64", "cgo", "race", "ignore"}
_MANY = 20
_MOST = 400
_SPELLED_OUT = 5


@dataclass(frozen=True)
class Benched:
    """A package directory with benchmarks."""

    module: str
    directory: str
    files: tuple[str, ...]
    names: tuple[str, ...]
    tag: str = ""

    @property
    def package(self) -> str:
        """The package pattern, typed in the module's directory."""
        inner = self.directory.removeprefix(self.module).strip("/")
        return f"./{inner}" if inner else "."


def inspect(repo: Repository) -> Finding | None:
    """What there is to run in the repository's modules; None without a ``go.mod``."""
    modules = [directory_of(path) for path in repo.tree.named("go.mod") if "testdata" not in path]
    if not modules:
        return None
    found = list(_benched(repo, modules))
    most = max((len(one.names) for one in found), default=0)
    evals = tuple(_candidate(repo, one, most, alone=len(found) == 1) for one in found)
    manifest = at(modules[0], "go.mod")
    return Finding(
        "go",
        package_manager="go",
        weight=0.6 if not modules[0] else 0.4,
        evals=evals,
        guardrails=tuple(_guardrails(repo, modules)),
        protected=("**/*_test.go", *(path for path in repo.tree.named("go.sum") if directory_of(path) == modules[0])),
        evidence=(Evidence(manifest, "Go module"),),
    )


def _benched(repo: Repository, modules: list[str]) -> Iterator[Benched]:
    tests = [path for path in repo.tree.suffixed(".go") if path.endswith("_test.go") and "testdata/" not in path]
    places: dict[str, list[str]] = {}
    homes = set(modules)
    for path in repo.tree.grep(tests, _BENCHMARK.pattern):
        places.setdefault(directory_of(path), []).append(path)
    for directory, files in islice(places.items(), _MOST):
        module = next((one for one in _upwards(directory) if one in homes), None)
        if module is None:
            continue
        functions = tuple(found[1] for path in files for found in _BENCHMARK.finditer(repo.tree.text(path)))
        yield Benched(module, directory, tuple(files), functions, _tag(repo, files))


def _upwards(directory: str) -> Iterator[str]:
    """The directory and those around it, the root last."""
    while directory:
        yield directory
        directory = directory_of(directory)
    yield ""


def _tag(repo: Repository, files: list[str]) -> str:
    """The build tag without which none of the files would be compiled."""
    found = [_TAG.search(repo.tree.text(path)) for path in files]
    tags = {match[1] for match in found if match} - _PLATFORM
    return tags.pop() if len(tags) == 1 and all(found) else ""


def _candidate(repo: Repository, one: Benched, most: int, *, alone: bool) -> Candidate:
    known = FORMATS["go-bench"]
    tags = f" -tags {one.tag}" if one.tag else ""
    chosen = _documented(repo, one)
    command = f"go test -run '^$' -bench {quote(chosen)}{tags} -benchmem {quote(one.package)}"
    worth, support = _support(repo, one)
    central = 0.06 * (not one.directory or alone) + 0.05 * (len(one.names) == most)
    return Candidate(
        inside(one.module, command),
        "go-bench", known.metric, known.direction, known.unit,
        ecosystem="go",
        confidence="high",
        timeout="20m",
        evidence=(repo.seen(one.files[0], f"{len(one.names)} benchmarks", _BENCHMARK.pattern), *support),
        protected=one.files,
        score=0.74 + worth + central - 0.01 * one.directory.count("/"),
        notes=(
            "allocs/op repeats exactly: on a noisy machine set primary_metric to geomean.allocs/op, unit to allocs/op",
            *((f"{len(one.names)} of them: narrow with -bench '^{one.names[0]}$'",) if len(one.names) > _MANY else ()),
        ),
    )  # fmt: skip


def _support(repo: Repository, one: Benched) -> tuple[float, tuple[Evidence, ...]]:
    named = (
        rf"\bgo test\b.*-bench\b.*{re.escape(one.package)}(\s|/?$)"
        if one.directory != one.module
        else r"\bgo test\b.*-bench\b"
    )
    worth, evidence = repo.support(named)
    return (worth, evidence) if evidence else (0.0, ())


def _documented(repo: Repository, one: Benched) -> str:
    """The pattern that a task or CI gives for exactly these benchmarks, else all of them."""
    tasks = [task.body for task in repo.tasks if not names.beside(task.name)]
    texts = [*(mention.command for mention in repo.mentions), *tasks]
    chosen = rf"\bgo test\b[^\n]*-bench[= ]['\"]?(\^?\w+\$?)['\"]?[^\n]*{re.escape(one.package)}(\s|$)"
    for found in filter(None, (re.search(chosen, text) for text in texts)):
        if any(re.search(found[1], name) for name in one.names):
            return found[1]
    return "."


def _packages(repo: Repository, modules: list[str]) -> str:
    """All packages: of the first module, or of every module that ``go.work`` joins, typed beside it."""
    uses = r"^\s*(?:use\s+)?\.?/?([\w./-]+)\s*(?://.*)?$"
    joined = set(re.findall(uses, repo.tree.text("go.work"), re.MULTILINE))
    members = [one for one in modules if one in joined]
    if len(members) > _SPELLED_OUT:
        return "$(go list -f '{{.Dir}}/...' -m)"
    return " ".join(quote(f"./{one}/...") for one in members) if len(members) > 1 else "./..."


def _guardrails(repo: Repository, modules: list[str]) -> Iterator[GuardrailCandidate]:
    module = modules[0]
    packages = _packages(repo, modules)
    place = "" if " " in packages else module
    manifest = at(module, "go.mod")
    tests = [path for path in repo.tree.suffixed(".go") if path.endswith("_test.go") and "testdata/" not in path]
    seen = Evidence(manifest, "Go module")
    if repo.tree.first_with(tests, _TEST):
        yield GuardrailCandidate("tests", inside(place, f"go test {packages}"), (seen,), "go", 0.85)
    else:
        yield GuardrailCandidate("compiles", inside(place, f"go build {packages}"), (seen,), "go", 0.4)
    config = repo.tree.first(*(f".golangci.{suffix}" for suffix in ("yml", "yaml", "toml", "json")))
    said = repo.said(r"golangci-lint")
    if config and said:
        yield GuardrailCandidate(
            "lint", inside(module, "golangci-lint run"), (Evidence(config, "configured"),), "go", 0.55
        )
    yield GuardrailCandidate("vet", inside(place, f"go vet {packages}"), (seen,), "go", 0.6)
