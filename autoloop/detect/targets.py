"""Named tasks as candidates: make, just and Task targets, and the task tables of package managers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from autoloop.detect import bodies, names
from autoloop.detect.objections import COMMITS
from autoloop.detect.repository import Repository
from autoloop.detect.sources import needs_arguments, yielding
from autoloop.detect.tasks import Task
from autoloop.detect.words import Candidate, Evidence, Finding, GuardrailCandidate

_FORMATS = (
    ("pytest-codspeed", r"--codspeed"),
    ("pytest-benchmark", r"--benchmark-(only|json|enable|autosave)"),
    ("go-bench", r"\bgo test\b.*-(test\.)?bench"),
    ("vitest", r"\bvitest (\S+ )*bench\b"),
    ("phpbench", r"\bphpbench run\b"),
    ("google-benchmark", r"--benchmark_(format|filter|out|min_time)"),
    ("hyperfine", r"\bhyperfine\b"),
    ("asv", r"\basv (run|dev|continuous)\b"),
    ("benchmarkdotnet", r"\bdotnet run\b.*-c Release\b.*[Bb]ench"),
    ("jmh", r"(gradlew?|mvnw?)\b.*\bjmh\b|benchmarks\.jar"),
)
_WHOLE = {"hyperfine"}  # what it starts is not the harness, but what is to become better
_SCRIPT = re.compile(r"(?<![\w./-])((?:\./)?[\w@][\w@./-]*\.(?:py|m?js|cjs|m?ts|cts|sh|bash|rb|php|exs|pl|lua|jl))\b")


def script_files(repo: Repository, body: str, base: str = "") -> tuple[str, ...]:
    """Files of the repository that the body names, from ``base`` or the directory it changes to."""
    places = [base, *(f"{base}/{place}".strip("/") for place in re.findall(r"\bcd\s+([\w./-]+)", body))]
    spoken = [found[1].removeprefix("./") for found in _SCRIPT.finditer(body)]
    return tuple(path for word in spoken for place in places if (path := f"{place}/{word}".strip("/")) in repo.tree)


def program_sources(repo: Repository, body: str) -> tuple[str, ...]:
    """Sources of programs that the body builds and starts (``./bench_hash`` from ``bench_hash.c``)."""
    started = dict.fromkeys(re.findall(r"(?:^|[\s;&|])\./([\w./-]+)", body))
    endings = (".c", ".cc", ".cpp", ".cxx", ".rs", ".go", ".zig", ".nim", ".hs")
    named = (f"{program}{ending}" for program in started for ending in endings)
    inner = {path.rpartition("/")[2]: path for path in repo.tree.suffixed(*endings)}
    return tuple(inner[name.rpartition("/")[2]] for name in named if name.rpartition("/")[2] in inner)


def format_of(body: str) -> str:
    """The format that the body's own command line implies, or an empty text."""
    return next((name for name, pattern in _FORMATS if re.search(pattern, body)), "")


def objection(repo: Repository, name: str, body: str, *, arguments: bool = False, base: str = "") -> str:
    """Why a task that is named like a benchmark is none; empty when nothing speaks against it."""
    if names.beside(name):
        return "prepares or compares, and measures nothing itself"
    objections = (
        (not body.strip() or bodies.is_placeholder(body), "does nothing"),
        (bodies.only_builds(body), "only builds"),
        (bodies.wants_service(body), "needs a service running beside it"),
        (bodies.mutates(body), "changes files of the work tree"),
        (arguments or bodies.wants_arguments(body), "needs arguments"),
        (COMMITS.search(body) is not None, "measures commits, never an uncommitted edit"),
        (bodies.watches(body) and "vitest" not in body, "waits for changes and never ends"),
    )
    said = next((why for holds, why in objections if holds), "")
    scripts = script_files(repo, body, base)
    alone = len(scripts) == 1 and bodies.simple(body) and body.rstrip().endswith(scripts[0].rpartition("/")[2])
    return said or (
        "its script needs arguments" if alone and needs_arguments(scripts[0], repo.tree.text(scripts[0])) else ""
    )


def inspect(repo: Repository) -> Finding | None:
    """The root's make, just and Task targets; they speak for themselves only where no ecosystem speaks for them."""
    if not repo.tasks:
        return None
    evals, reasons = task_evals(repo, repo.tasks, "targets")
    files = tuple(dict.fromkeys(task.file for task in repo.tasks))
    return Finding(
        "targets",
        weight=0.2,
        evals=tuple(evals),
        guardrails=tuple(task_guardrails(repo.tasks, "targets", 0.45)),
        evidence=tuple(Evidence(file, "targets") for file in files),
        reasons=tuple(reasons),
    )


def task_evals(repo: Repository, tasks: Iterable[Task], ecosystem: str) -> tuple[list[Candidate], list[str]]:
    """Candidates among the tasks, and why others that are named alike are none."""
    evals, reasons = [], []
    for task in tasks:
        if "/" in task.name or not (names.measures(task.name) or names.beside(task.name)):
            continue
        why = objection(repo, task.name, task.body, arguments=task.arguments)
        if why:
            reasons.append(f"{task.file}: `{task.name}` {why}")
        else:
            evals.append(task_eval(repo, task, ecosystem))
    return evals, reasons


def task_eval(repo: Repository, task: Task, ecosystem: str) -> Candidate:
    """The task as an eval, with the number that its command line or its script tells."""
    scripts = script_files(repo, task.body) or program_sources(repo, task.body)
    worth, support = repo.support(rf"{re.escape(task.command)}(\s|$)")
    plainly = 0.05 * (task.name in {"bench", "benchmark"})
    plain = Candidate(
        task.command,
        ecosystem=ecosystem,
        evidence=(Evidence(task.file, f"{task.runner} target `{task.name}`", task.line), *support),
        protected=(task.file, *(() if format_of(task.body) in _WHOLE else scripts)),
        score=0.5 + worth + plainly,
    )
    return yielding(plain, "\n".join([task.body, *map(repo.tree.text, scripts)]), format_of(task.body))


def task_guardrails(tasks: Iterable[Task], ecosystem: str, score: float) -> Iterator[GuardrailCandidate]:
    """Tasks that test or lint without changing anything, or waiting, or doing nothing."""
    for task in tasks:
        kind = names.guards(task.name)
        unfit = bodies.mutates(task.body) or bodies.watches(task.body) or bodies.is_placeholder(task.body)
        if not kind or unfit or task.arguments or bodies.wants_service(task.body) or not task.body.strip():
            continue
        evidence = Evidence(task.file, f"{task.runner} target `{task.name}`", task.line)
        plainly = 0.02 * (task.name in {"test", "lint"})
        yield GuardrailCandidate(kind, task.command, (evidence,), ecosystem, score + plainly)
