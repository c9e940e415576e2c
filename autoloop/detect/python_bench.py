"""Evals of a Python project: pytest-benchmark, codspeed, asv, pyperf and benchmark scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from autoloop.detect import parse
from autoloop.detect.bodies import inside, quote
from autoloop.detect.formats import FORMATS, LOWER
from autoloop.detect.names import bench_file
from autoloop.detect.python_project import PythonProject, from_source
from autoloop.detect.python_tests import PytestOptions
from autoloop.detect.repository import Repository
from autoloop.detect.sources import needs_arguments, needs_gpu, yielding
from autoloop.detect.tree import at, directory_of, is_sample
from autoloop.detect.words import Candidate, Evidence
from autoloop.metrics import RESULT_FILE

_FIXTURE = r"^[ \t]*(?:async )?def test_\w*\([^)]{0,400}\bbenchmark\b|(?:@|^pytestmark\s*=.*)pytest\.mark\.benchmark\b"
_ASV_BENCHMARK = r"^[ \t]*def (timeraw|time|peakmem|mem|track)_?\w*\("
_ASV_NOTES = (
    "measures the installed package: install it editable, so that uncommitted edits are seen",
    "asv asks for the machine once: run `asv machine --yes` first",
    "asv writes results/: let git ignore it",
)
_ASV_TYPE = 'asv refuses a configuration without "environment_type": add one, for example "virtualenv"'
_BENCH_DIRECTORY = re.compile(r"(?i)(^|/)(bench|benches|benchmarks?|perf|performance)/[^/]+\.py$")
_BM = r"(^|/)bm(_[\w-]+)?\.py$"
_ASIDE = re.compile(
    r"(?i)(^|/)(__init__|conftest|setup|conf|noxfile|tasks|utils?|common|helpers?|[\w-]*(plot|report|compare|gen|data)\w*)\.py$"
)
_CLOCK = r"perf_counter|\btimeit\b|process_time|time\.time\(|time\.monotonic|\bMETRIC |pyperf|json\.dumps|tracemalloc"
_ENTRY = r"^if __name__ ==|^(?!(?:sys|random|np|logging|warnings|os)\.)[\w.]+\(|^(?:for|with) |^\w+ = pyperf\."


def evals(repo: Repository, project: PythonProject) -> Iterator[Candidate]:
    """Candidates of every Python benchmark tool the project uses."""
    made = build(repo, project)
    for candidate in (*_pytest(repo, project), *_asv(repo, project), *_scripts(repo, project)):
        yield msgspec.structs.replace(candidate, build=made)


def build(repo: Repository, project: PythonProject) -> str:
    """What turns an edited extension module into what Python imports; pure Python needs nothing."""
    backend = parse.string(project.settings, "build-system", "build-backend").partition(".")[0]
    if backend == "maturin":
        return project.run("maturin develop --release", "maturin")
    if backend in {"scikit_build_core", "mesonpy"}:
        install = "uv pip install" if project.manager == "uv" else project.python("-m pip install")
        return f"{install} --no-build-isolation --no-deps -e {quote(project.base or '.')}"
    setup = repo.tree.text(at(project.base, "setup.py"))
    if re.search(r"ext_modules|cythonize|Extension\(|RustExtension", setup):
        return project.python("setup.py build_ext --inplace")
    return ""


def _pytest(repo: Repository, project: PythonProject) -> Iterator[Candidate]:
    sources = [
        path for path in repo.tree.suffixed(".py") if not is_sample(path) and path.startswith(at(project.base, ""))
    ]
    files = repo.tree.grep([path for path in sources if re.search(r"(?i)test|bench|perf", path)], _FIXTURE)
    if not files:
        return
    codspeed = project.requires("pytest-codspeed") and not project.requires("pytest-benchmark")
    plugin = "pytest-codspeed" if codspeed else "pytest-benchmark"
    switches = "--codspeed" if codspeed else f"--benchmark-only --benchmark-json={RESULT_FILE}"
    options = _overrides(PytestOptions(repo, project).addopts)
    where = " ".join(quote(path.removeprefix(at(project.base, ""))) for path in _fewest(repo, files))
    worth, support = repo.support(r"pytest.*(--benchmark|--codspeed|bench)")
    known = FORMATS[plugin]
    found = Candidate(
        project.tool(f"pytest {where} {switches}{options}", "pytest", plugin),
        plugin, known.metric, known.direction, known.unit,
        ecosystem="python",
        confidence="high",
        evidence=(repo.seen(files[0], "tests with the `benchmark` fixture", _FIXTURE), *support),
        protected=files,
        score=0.8 + worth,
    )  # fmt: skip
    yield found
    sourced = from_source(repo, project, found.command)
    if sourced != found.command:
        yield msgspec.structs.replace(found, command=sourced, score=found.score - 0.1)


def _overrides(addopts: str) -> str:
    """Switches against configured ones that would skip, spread or slow the benchmarks."""
    if "--benchmark-skip" in addopts:
        return " -o addopts="
    against = (("--benchmark-disable", " --benchmark-enable"), ("--cov", " --no-cov"), (r"-n[ =]?(auto|\d)", " -n0"))
    return "".join(switch for pattern, switch in against if re.search(pattern, addopts))


def _fewest(repo: Repository, files: tuple[str, ...]) -> tuple[str, ...]:
    """The directory, where it holds nothing else and pytest collects its names by itself; else the files."""
    places = {directory_of(path) for path in files}
    place = min(places, key=len)
    if not place or len(files) == 1 or not all(path.startswith(f"{place}/") for path in files):
        return files
    named = all(re.search(r"(^|/)(test_[^/]*|[^/]*_test)\.py$", path) for path in files)
    others = [path for path in repo.tree.under(place) if re.search(r"(^|/)test_[^/]*\.py$", path) and path not in files]
    return (place,) if named and not others else files


def _asv(repo: Repository, project: PythonProject) -> Iterator[Candidate]:
    for path in repo.tree.named("asv.conf.json", "asv.conf.jsonc"):
        base, settings = directory_of(path), repo.tree.json(path)
        benches = at(base, parse.string(settings, "benchmark_dir") or "benchmarks")
        kinds = _asv_kinds(repo, benches)
        if is_sample(path) or not kinds:
            continue
        command = "asv run --python=same --set-commit-hash $(git rev-parse HEAD)"
        run = command if project.manager == "pip" else project.run(command, "asv").rpartition("&& ")[2]
        metric, direction, unit = _asv_metric(kinds)
        worth, support = repo.support(r"\basv (run|continuous|dev|check)")
        yield Candidate(
            inside(base, run), "asv", metric, direction, unit,
            timeout="30m",
            ecosystem="python",
            confidence="high" if direction else "low",
            evidence=(Evidence(path, "asv suite"), *support),
            protected=(f"{benches}/**", path),
            score=0.78 + worth,
            notes=(*_ASV_NOTES, *(() if "environment_type" in settings else (_ASV_TYPE,))),
        )  # fmt: skip


def _asv_kinds(repo: Repository, place: str) -> set[str]:
    files = repo.tree.grep(repo.tree.under(place), _ASV_BENCHMARK)
    found = (re.findall(_ASV_BENCHMARK, repo.tree.text(path), re.MULTILINE) for path in files)
    return {kind for kinds in found for kind in kinds}


def _asv_metric(kinds: set[str]) -> tuple[str, str, str]:
    """The mean over the times, which has the unit in its name where there are sizes beside them."""
    times, others = kinds & {"time", "timeraw"}, kinds - {"time", "timeraw"}
    if times:
        return ("geomean.s" if others else "geomean"), LOWER, "s"
    return "geomean", "" if "track" in others else LOWER, ""


def _scripts(repo: Repository, project: PythonProject) -> Iterator[Candidate]:
    own = at(project.base, "")
    named = (
        *repo.tree.own(bench_file(".py"), ".py"),
        *repo.tree.own(_BENCH_DIRECTORY.pattern, ".py"),
        *repo.tree.own(_BM, ".py"),
    )
    paths = [path for path in dict.fromkeys(named) if path.startswith(own) and not _ASIDE.search(path)]
    for path in repo.tree.grep(paths[:200], _CLOCK):
        text = repo.tree.text(path)
        importable = at(directory_of(path), "__init__.py") in repo.tree
        runs = re.search(_ENTRY, text, re.MULTILINE)
        timed = re.search(_FIXTURE, text, re.MULTILINE) or re.search(
            r"^[ \t]*def (time|track|peakmem)_", text, re.MULTILINE
        )
        if not runs or timed or needs_arguments(path, text) or (importable and directory_of(path).startswith("src")):
            continue
        yield _script(repo, project, path, text)


def _script(repo: Repository, project: PythonProject, path: str, text: str) -> Candidate:
    inner = path.removeprefix(at(project.base, ""))
    pyperf = re.search(r"^[ \t]*(import|from) pyperf\b", text, re.MULTILINE)
    words = f"{quote(inner)} --fast -o {RESULT_FILE}" if pyperf else quote(inner)
    worth, support = repo.support(re.escape(inner))
    command = _importable(repo, project, inner, text, words)
    main = re.search(r"(?i)(^|/)(bench|benchmarks?|run|main|run_bench\w*|perf)\.py$", path) is not None
    gpu = ("needs a GPU",) if needs_gpu(text) else ()
    plain = Candidate(
        command,
        ecosystem="python",
        evidence=(Evidence(path, "benchmark script"), *support),
        protected=(path,),
        score=0.5 + worth + 0.05 * main - 0.02 * path.count("/"),
        notes=gpu,
    )
    return yielding(plain, text)


def _importable(repo: Repository, project: PythonProject, inner: str, text: str, words: str) -> str:
    """The interpreter's command line; a script's own folder, not the working directory, is on its path.

    One that arranges ``sys.path`` itself is left to it.
    """
    command = project.python(words, *(("pyperf",) if "pyperf" in text else ()))
    if project.manager != "pip" or "sys.path" in text:
        return command
    for place, deep in (("src", True), ("", "/" in inner)):
        packages = {
            path.split("/")[-2] for path in repo.tree.named("__init__.py") if _top(path, at(project.base, place))
        }
        packages |= _modules(repo, at(project.base, place))
        used = any(
            re.search(rf"^[ \t]*(from|import(?: [\w., ]+,)?) {re.escape(name)}\b", text, re.MULTILINE)
            for name in packages
        )
        if used and deep:
            return command.replace("python3", f"PYTHONPATH={place or '.'} python3", 1)
    return command


def _modules(repo: Repository, place: str) -> set[str]:
    """Names of the single modules right in a directory."""
    home = place.rstrip("/")
    inside_ = (path for path in repo.tree.suffixed(".py") if directory_of(path) == home)
    return {path.rpartition("/")[2].removesuffix(".py") for path in inside_}


def _top(path: str, place: str) -> bool:
    return directory_of(directory_of(path)) == place.rstrip("/")
