"""The .NET SDK: BenchmarkDotNet projects and test projects."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autoloop.detect.bodies import quote
from autoloop.detect.formats import FORMATS
from autoloop.detect.repository import Repository
from autoloop.detect.tree import directory_of, is_sample
from autoloop.detect.words import Candidate, Evidence, Finding, GuardrailCandidate

_PROJECTS = (".csproj", ".fsproj", ".vbproj")
_TESTS = (
    r"(?i)Include=\"(Microsoft\.NET\.Test\.Sdk|xunit[\w.]*|NUnit|MSTest[\w.]*|TUnit)\""
    r"|<IsTestProject>\s*true|Sdk=\"MSTest\.Sdk"
)
_BENCHMARKS = r"(Include|Update)=\"BenchmarkDotNet[\w.]*\""


def inspect(repo: Repository) -> Finding | None:
    """What there is to run in the repository's projects; None without one."""
    projects = [path for path in repo.tree.suffixed(*_PROJECTS) if not is_sample(path) and repo.tree.readable_xml(path)]
    if not projects:
        return None
    solution = next(iter(repo.tree.suffixed(".sln", ".slnx", ".slnf")), projects[0])
    benches = repo.tree.grep(projects, _BENCHMARKS)
    return Finding(
        "dotnet",
        package_manager="dotnet",
        weight=0.55,
        evals=tuple(_candidate(repo, path, len(benches)) for path in benches if _has_benchmarks(repo, path)),
        guardrails=tuple(_guardrails(repo, projects, benches)),
        protected=tuple(path for path in repo.tree.named("packages.lock.json", "global.json") if path.count("/") < 1),
        evidence=(Evidence(solution, ".NET solution" if solution != projects[0] else ".NET project"),),
    )


def _has_benchmarks(repo: Repository, project: str) -> bool:
    sources = [path for path in repo.tree.under(directory_of(project)) if path.endswith((".cs", ".fs", ".vb"))]
    return bool(repo.tree.grep(sources, r"\[<?(Benchmark|BenchmarkDotNet\.Attributes\.Benchmark)(Attribute)?\b"))


def _framework(text: str) -> str:
    """The newest target of a project that has several: ``dotnet run`` will not choose."""
    several = re.search(r"<TargetFrameworks>([^<]*)</TargetFrameworks>", text)
    modern = (
        [target for target in several[1].split(";") if re.fullmatch(r"\s*net\d+\.\d+\s*", target)] if several else []
    )
    newest = max(modern, key=lambda target: float(target.strip().removeprefix("net")), default="")
    return f" -f {newest.strip()}" if newest else ""


def _candidate(repo: Repository, path: str, count: int) -> Candidate:
    known = FORMATS["benchmarkdotnet"]
    place = directory_of(path)
    worth, support = repo.support(rf"\bdotnet run\b.*{re.escape(place.rpartition('/')[2] or path)}")
    named = 0.05 * bool(re.search(r"(?i)(benchmarks?|perf\w*)\.\w+$", path))
    framework = _framework(repo.tree.text(path))
    return Candidate(
        f"dotnet run -c Release --project {quote(path)}{framework} -- --filter '*' --exporters json",
        "benchmarkdotnet", known.metric, known.direction, known.unit,
        timeout="1h",
        ecosystem="dotnet",
        confidence="high",
        evidence=(repo.seen(path, "references BenchmarkDotNet", _BENCHMARKS), *support),
        protected=(f"{place}/**" if place else path,),
        score=0.75 + worth + named + 0.05 * (count == 1),
        notes=("whole suites take long: --filter '*Name*' or --job short",),
    )  # fmt: skip


def _guardrails(repo: Repository, projects: list[str], benches: tuple[str, ...]) -> Iterator[GuardrailCandidate]:
    """The test projects by name: the whole solution would build the benchmarks and every sample as well."""
    tests = [path for path in repo.tree.grep(projects, _TESTS) if path not in benches]
    likely = [
        path for path in tests if not re.search(r"(?i)integration|e2e|functional|acceptance|smoke", path)
    ] or tests
    if likely:
        command = " && ".join(f"dotnet test {quote(path)}" for path in likely[:3])
        yield GuardrailCandidate("tests", command, (Evidence(likely[0], "test project"),), "dotnet", 0.8)
    seen = repo.run_in_ci(r"\bdotnet format\b.*--verify-no-changes")
    if seen:
        yield GuardrailCandidate("format", "dotnet format --verify-no-changes", seen, "dotnet", 0.4)
