"""Evals of JavaScript packages: bench scripts, vitest benchmarks, and files of the usual libraries."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from autoloop.detect import names
from autoloop.detect.bodies import commands, inside, mutates, quote, simple
from autoloop.detect.formats import LOWER
from autoloop.detect.javascript_packages import SCRIPTS, Package
from autoloop.detect.repository import Repository
from autoloop.detect.sources import library, needs_arguments, yielding
from autoloop.detect.targets import format_of, objection, script_files
from autoloop.detect.tree import at, directory_of, is_sample
from autoloop.detect.words import Candidate, Evidence
from autoloop.metrics import RESULT_FILE

_BUILT = re.compile(r"(?<![\w-])(dist|lib|build|out|esm|cjs)/[\w./-]+\.[mc]?js\b")
_IMPORTS_BUILT = re.compile(r"""(?:from|require\(|import\()\s*["'](?:\.\.?/)+(dist|lib|build|out)(/[^"']*)?["']""")
_SOURCES = (".js", ".mjs", ".cjs", ".ts", ".mts")
_BENCH_FILE = r"(?i)(^|/)(bench|benches|benchmarks?|perf)/([^/]+/)*[\w.-]+\.[mc]?[jt]s$"
_MISSING = re.compile(r"^(?:node|tsx|ts-node|bun|deno run)(?: --?[\w=-]+)* ([\w./-]+)$")
_VITEST_FILE = r"\.(bench|benchmark)\.[mc]?[jt]sx?$"


def evals(repo: Repository, package: Package) -> tuple[list[Candidate], list[str]]:
    """Candidates of one package, and why scripts that are named alike are none."""
    found, reasons = [], []
    for script in package.scripts:
        if not (names.measures(script) or names.beside(script)):
            continue
        why = _objection(repo, package, script)
        if why:
            reasons.append(f"{package.file}: script `{script}` {why}")
        else:
            found.append(_script(repo, package, script))
    found += _vitest(repo, package)
    if not found:
        found += _files(repo, package)
    return found, reasons


def _objection(repo: Repository, package: Package, script: str) -> str:
    body = package.body(script)
    why = objection(repo, script, body, base=package.base)
    if why:
        return why
    last = commands(body)[-1] if commands(body) else ""
    named = _MISSING.match(last)
    if named and "." in named[1].rpartition("/")[2] and not _BUILT.search(named[1]):
        path = at(package.base, named[1].removeprefix("./"))
        if path not in repo.tree and not repo.tree.has_directory(path):
            return f"names {named[1]}, which is not there"
    return ""


def _script(repo: Repository, package: Package, script: str) -> Candidate:
    body = package.body(script)
    files = _sources(repo, package, body)
    name = _format(repo, package, body, files)
    arguments = ""
    if (
        name == "vitest"
        and simple(package.scripts[script])
        and not re.search(r"--run\b|\brun\b", package.scripts[script])
    ):
        arguments = f"--run --outputJson={RESULT_FILE}"
    command = package.run(script, arguments)
    worth, support = repo.support(rf"\b(npm|pnpm|yarn|bun|node)\b.*\s{re.escape(script)}(\s|$)")
    plainly = {"bench": 0.06, "benchmark": 0.06}.get(script, 0.0)
    plain = Candidate(
        command,
        build=_build(repo, package, script, files),
        ecosystem="javascript",
        evidence=(repo.seen(package.file, f"script `{script}`", rf"\"{re.escape(script)}\"\s*:"), *support),
        protected=(*files, package.file),
        score=0.62 + worth + plainly - (0.05 if package.base else 0.0),
    )
    texts = [body, *map(repo.tree.text, files)]
    return _in_milliseconds(yielding(plain, "\n".join(texts), name))


def _in_milliseconds(candidate: Candidate) -> Candidate:
    """Vitest's report file has times, with all their digits; what it prints has only rates worth reading."""
    if candidate.format != "vitest" or RESULT_FILE not in candidate.command:
        return candidate
    return msgspec.structs.replace(candidate, primary_metric="geomean", direction=LOWER, unit="ms")


def _sources(repo: Repository, package: Package, body: str) -> tuple[str, ...]:
    """Files that a script runs; for a directory or a runner, the benchmark files of the package."""
    named = script_files(repo, body, package.base)
    if named:
        return (*named, *_mentioned(repo, named))
    return tuple(path for path in _bench_files(repo, package) if not is_sample(path))[:20]


def _mentioned(repo: Repository, files: tuple[str, ...]) -> tuple[str, ...]:
    """Files in the same directories that these name: what they import, or run in a worker."""
    found = []
    for file in files:
        text, directory = repo.tree.text(file), directory_of(file)
        for path in repo.tree.under(directory)[:200]:
            stem = re.escape(path.removeprefix(f"{directory}/").rpartition(".")[0])
            spoken = path.endswith(_SOURCES) and re.search(rf"[/'\"]{stem}(\.[mc]?[jt]s)?['\"]", text)
            if spoken and path not in files:
                found.append(path)
    return tuple(found)


def _bench_files(repo: Repository, package: Package) -> Iterator[str]:
    pattern = rf"{_BENCH_FILE}|{_VITEST_FILE}|{names.bench_file('.js', '.mjs', '.cjs', '.ts', '.mts')}"
    yield from repo.tree.within(package.base, pattern.replace("(?i)", ""), *SCRIPTS)


def _format(repo: Repository, package: Package, body: str, files: tuple[str, ...]) -> str:
    """By the command line, else by the libraries of the files it runs, else by the only library it depends on."""
    said = format_of(body)
    if said:
        return said
    found = [name for name in map(library, map(repo.tree.text, files)) if name]
    if found:
        return max(found, key=found.count)
    libraries = [name for name in ("tinybench", "mitata", "benchmark") if name in package.dependencies]
    spoken = {"benchmark": "benchmark.js"}
    return (
        spoken.get(libraries[0], libraries[0])
        if len(libraries) == 1 and not script_files(repo, body, package.base)
        else ""
    )


def _build(repo: Repository, package: Package, script: str, files: tuple[str, ...]) -> str:
    """The build script, where what is measured is built output and the script does not build it itself."""
    body = package.body(script)
    built = _BUILT.search(body) or any(_IMPORTS_BUILT.search(repo.tree.text(path)) for path in files)
    compiles = re.search(r"\b(tsc|build|rollup|tsup|esbuild|webpack|vite build|unbuild|swc)\b", body)
    if not built or compiles:
        return ""
    place = (re.search(r"dist|lib|build|out|esm|cjs", built[0]) or [""])[0] if not isinstance(built, bool) else ""
    tracked = bool(place) and repo.tree.has_directory(at(package.base, place))
    name = next((name for name in ("build", "compile", "prepare") if name in package.scripts), "")
    return "" if tracked or not name or mutates(package.body(name)) else package.run(name)


def _vitest(repo: Repository, package: Package) -> Iterator[Candidate]:
    """Vitest benchmarks that no script names."""
    if "vitest" not in package.dependencies or any(
        "vitest" in package.body(s) and names.measures(s) for s in package.scripts
    ):
        return
    files = [path for path in repo.tree.within(package.base, _VITEST_FILE, *SCRIPTS) if not is_sample(path)]
    if not repo.tree.grep(files, r"\bbench\("):
        return
    plain = Candidate(
        package.execute(f"vitest bench --run --outputJson={RESULT_FILE}"),
        ecosystem="javascript",
        evidence=(Evidence(files[0], "vitest benchmarks"),),
        protected=tuple(files),
        score=0.6,
    )
    yield _in_milliseconds(yielding(plain, "", "vitest"))


def _files(repo: Repository, package: Package) -> Iterator[Candidate]:
    """Benchmark files that no script names; only those whose library says how to read them."""
    for path in list(_bench_files(repo, package))[:50]:
        text = repo.tree.text(path)
        inner = path.removeprefix(f"{package.base}/") if package.base else path
        command = _started(package, inner)
        if is_sample(path) or not command or needs_arguments(path, text):
            continue
        worth, support = repo.support(rf"\b(node|bun|tsx|ts-node)\b.*{re.escape(path)}")
        plain = Candidate(
            command,
            ecosystem="javascript",
            evidence=(Evidence(path, "benchmark file"), *support),
            protected=(path,),
            score=0.5 + worth,
        )
        told = yielding(plain, text)
        if told.format != "auto" or support:
            build = "" if not _IMPORTS_BUILT.search(text) or "build" not in package.scripts else package.run("build")
            yield msgspec.structs.replace(told, build=build)


def _started(package: Package, file: str) -> str:
    """What runs a file: node itself, or for TypeScript what the package depends on; empty where nothing does."""
    if file.endswith((".js", ".mjs", ".cjs")):
        return inside(package.base, f"node {quote(file)}")
    if package.manager == "bun":
        return inside(package.base, f"bun {quote(file)}")
    runner = next((name for name in ("tsx", "ts-node") if name in package.dependencies), "")
    return package.execute(f"{runner} {quote(file)}") if runner else ""
