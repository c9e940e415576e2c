"""C and C++: CMake and Meson builds with google-benchmark or other benchmark programs; plain make is a task file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autoloop.detect.bodies import quote
from autoloop.detect.repository import Repository
from autoloop.detect.sources import library, needs_arguments, yielding
from autoloop.detect.tree import at, directory_of, is_sample
from autoloop.detect.words import Candidate, Evidence, Finding, GuardrailCandidate

_MOST = 400
_SOURCES = (".cc", ".cpp", ".cxx", ".c")
_OPTION = re.compile(
    r"(?i)^[ \t]*(?:cmake_dependent_)?option\s*\(\s*(\w+)\s[^)]*?\b(ON|OFF|TRUE|FALSE)?\s*\)", re.MULTILINE
)
_TARGET = re.compile(
    r"(?i)^[ \t]*(?:add_executable|[a-z]\w*_?(?:add_)?bench\w*)\s*\(\s*([A-Za-z][\w.-]*)([^)]*)\)", re.MULTILINE
)
_BENCH_NAME = re.compile(r"(?i)(^|[-_.])(bench|benchmarks?|benches|perf)|bench(mark)?s?$")
_TESTS = r"(?i)\b(add_test|catch_discover_tests|gtest_discover_tests|doctest_discover_tests|gtest_add_tests)\s*\("
_UNWANTED = re.compile(r"(?i)gtest|third_?party|coverage|werror|install|no_|disable|asan|sanitize|fuzz|doc")
_MESON_BENCH = r"^[ \t]*benchmark\s*\(\s*'([^']+)'"


def inspect(repo: Repository) -> Finding | None:
    """What there is to run in the repository's CMake or Meson build; None without one at the root, nor a Makefile."""
    if "CMakeLists.txt" in repo.tree:
        build = _directory(repo)
        lists = [path for path in repo.tree.named("CMakeLists.txt") if not is_sample(path)][:_MOST]
        return Finding(
            "cpp",
            package_manager="cmake",
            evals=tuple(_cmake_evals(repo, lists, build)),
            guardrails=tuple(_cmake_guardrails(repo, lists, build)),
            evidence=(Evidence("CMakeLists.txt", "CMake project"),),
        )
    if "meson.build" in repo.tree:
        return _meson(repo)
    makefile = repo.tree.first("GNUmakefile", "Makefile", "makefile")
    if makefile and repo.tree.suffixed(*_SOURCES):
        return Finding("cpp", package_manager="make", weight=0.3, evidence=(Evidence(makefile, "make and C or C++"),))
    return None


def _directory(repo: Repository) -> str:
    """A build directory that git does not see: the ignored ``build``, else one inside ``.autoloop``."""
    ignored = re.search(r"^/?(build|build\*|build.*|\*build\*)/?$", repo.tree.text(".gitignore"), re.MULTILINE)
    return "build" if ignored else ".autoloop/build"


def _options(repo: Repository, lists: list[str], word: str) -> str:
    """``-D`` switches for options of this kind that are off unless asked for, or that a directory of it hangs on."""
    texts = [repo.tree.text(path) for path in lists]
    off = {
        match[1]: None
        for text in texts
        for match in _OPTION.finditer(text)
        if (match[2] or "OFF").upper() in {"OFF", "FALSE"} and not _UNWANTED.search(match[1])
    }
    guarded = {name for text in texts for name in _guarding(text, word)}
    named = re.compile(rf"(?i){word}")
    return "".join(f" -D{name}=ON" for name in off if named.search(name) or name in guarded)


def _guarding(text: str, word: str) -> Iterator[str]:
    """Options that an ``add_subdirectory`` of this kind hangs on: conditions around it, and early returns before it."""
    open_: list[str] = []
    needed: list[str] = []
    for line in text.splitlines():
        begun = re.match(r"(?i)\s*if\s*\((.*)\)", line)
        if begun:
            open_.append(begun[1])
        elif re.match(r"(?i)\s*endif\s*\(", line) and open_:
            open_.pop()
        elif re.match(r"(?i)\s*return\s*\(", line) and open_:
            needed += re.findall(r"\bNOT ([A-Z]\w+)\b", open_[-1])
        elif re.match(rf"(?i)\s*add_subdirectory\s*\(\s*[\w./]*{word}", line):
            around = [name for condition in open_ for name in re.findall(r"(?<!NOT )\b[A-Z]\w+\b", condition)]
            plainly = [name for name in around if re.search(rf"(?i){word}", name)]
            yield from (*needed, *(plainly or around))


def _cmake_evals(repo: Repository, lists: list[str], build: str) -> Iterator[Candidate]:
    switches = _options(repo, lists, "BENCH")
    for path in lists:
        for found in _TARGET.finditer(repo.tree.text(path)):
            if _BENCH_NAME.search(found[1]) or _BENCH_NAME.search(directory_of(path)):
                candidate = _cmake_eval(repo, path, found, switches, build)
                if candidate:
                    yield candidate


def _cmake_eval(repo: Repository, path: str, found: re.Match[str], switches: str, build: str) -> Candidate | None:
    target, place = found[1], directory_of(path)
    prefix = at(place, "")
    named = [prefix + word for word in found[2].split() if word.endswith(_SOURCES)]
    files = tuple(name for name in (*named, *(f"{prefix}{target}{suffix}" for suffix in _SOURCES)) if name in repo.tree)
    if not files or any(
        needs_arguments(name, repo.tree.text(name)) or _wants_argv(repo.tree.text(name)) for name in files
    ):
        return None
    worth, support = repo.support(re.escape(target))
    configure = f"cmake -S . -B {build} -DCMAKE_BUILD_TYPE=Release{switches}"
    text = "\n".join(map(repo.tree.text, files))
    json = " --benchmark_format=json" if library(text) == "google-benchmark" else ""
    plain = Candidate(
        f"{quote(f'./{build}/{prefix}{target}')}{json}",
        build=f"{configure} && cmake --build {build} --target {target} --parallel",
        ecosystem="cpp",
        evidence=(repo.seen(path, f"benchmark target `{target}`", rf"\(\s*{re.escape(target)}\b"), *support),
        protected=(*files, path),
        score=0.6 + worth,
        notes=_submodules(repo),
    )
    return yielding(plain, text)


def _wants_argv(text: str) -> bool:
    return bool(re.search(r"argc\s*(<|!=)\s*[2-9]", text)) and bool(re.search(r"(?i)usage", text))


def _submodules(repo: Repository) -> tuple[str, ...]:
    listed = re.findall(r"^[ \t]*path\s*=\s*(\S+)", repo.tree.text(".gitmodules"), re.MULTILINE)
    missing = [path for path in listed if not repo.tree.has_directory(path)]
    return (f"submodules may be missing ({', '.join(missing[:3])}): git submodule update --init",) if missing else ()


def _cmake_guardrails(repo: Repository, lists: list[str], build: str) -> Iterator[GuardrailCandidate]:
    """Configure with tests on, build, run; ``--no-tests=error`` because ctest is content with none."""
    tests = repo.tree.grep(lists, _TESTS)
    if not tests:
        return
    switches = _options(repo, lists, "TEST")
    place = f"{build}-tests"
    command = (
        f"cmake -S . -B {place}{switches} && cmake --build {place} --parallel"
        f" && ctest --test-dir {place} --output-on-failure --no-tests=error"
    )
    yield GuardrailCandidate("tests", command, (repo.seen(tests[0], "CTest tests", _TESTS),), "cpp", 0.75)


def _meson(repo: Repository) -> Finding:
    build = _directory(repo)
    files = [path for path in repo.tree.named("meson.build") if not is_sample(path)]
    benched, tested = repo.tree.grep(files, _MESON_BENCH), repo.tree.grep(files, r"^[ \t]*test\s*\(")
    setup = (
        f"meson setup --reconfigure --buildtype=release {build} 2>/dev/null || meson setup --buildtype=release {build}"
    )
    evals = [_meson_eval(repo, path, build, setup) for path in benched]
    command = f"({setup}) && meson test -C {build} --print-errorlogs"
    tests = [GuardrailCandidate("tests", command, (Evidence(path, "Meson tests"),), "cpp", 0.75) for path in tested[:1]]
    seen = (Evidence("meson.build", "Meson project"),)
    return Finding("cpp", package_manager="meson", evals=tuple(evals), guardrails=tuple(tests), evidence=seen)


def _meson_eval(repo: Repository, path: str, build: str, setup: str) -> Candidate:
    sources = [
        name
        for name in repo.tree.under(directory_of(path))
        if name.endswith(_SOURCES) and _BENCH_NAME.search(name.rpartition("/")[2])
    ]
    worth, support = repo.support(r"\bmeson test\b.*--benchmark")
    plain = Candidate(
        f"meson test -C {quote(build)} --benchmark --verbose",
        build=f"({setup}) && meson compile -C {build}",
        ecosystem="cpp",
        evidence=(repo.seen(path, "Meson benchmark", _MESON_BENCH), *support),
        protected=(path, *sources),
        score=0.65 + worth,
    )
    return yielding(plain, "\n".join(map(repo.tree.text, sources)))
