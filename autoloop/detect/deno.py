"""Deno: tasks of ``deno.json``, ``Deno.bench`` and ``Deno.test``."""

from __future__ import annotations

from autoloop.detect import parse
from autoloop.detect.bodies import quote
from autoloop.detect.repository import Repository
from autoloop.detect.sources import yielding
from autoloop.detect.targets import task_evals, task_guardrails
from autoloop.detect.tasks import Task
from autoloop.detect.tree import is_sample
from autoloop.detect.words import Candidate, Evidence, Finding, GuardrailCandidate

_CONFIGS = ("deno.json", "deno.jsonc")
_SOURCES = (".ts", ".tsx", ".js", ".mjs")


def configured(repo: Repository) -> bool:
    """Whether the root is a Deno project."""
    return bool(repo.tree.first(*_CONFIGS))


def inspect(repo: Repository) -> Finding | None:
    """What there is to run in a Deno project; None without its config file."""
    config = repo.tree.first(*_CONFIGS)
    if not config:
        return None
    tasks = tuple(_tasks(repo, config))
    named, reasons = task_evals(repo, tasks, "javascript")
    sources = [path for path in repo.tree.suffixed(*_SOURCES) if not is_sample(path)]
    tests = repo.tree.grep([path for path in sources if "test" in path], r"\bDeno\.test\(|\b(describe|it)\(")
    own = (
        GuardrailCandidate("tests", "deno test --allow-all", (Evidence(tests[0], "Deno tests"),), "javascript", 0.7)
        if tests
        else None
    )
    return Finding(
        "javascript",
        package_manager="deno",
        evals=(*_benches(repo, sources), *named),
        guardrails=(*task_guardrails(tasks, "javascript", 0.75), *((own,) if own else ())),
        protected=("deno.lock",) if "deno.lock" in repo.tree else (),
        evidence=(Evidence(config, "Deno project"),),
        reasons=tuple(reasons),
    )


def _tasks(repo: Repository, config: str) -> list[Task]:
    found = []
    for name, task in parse.table(repo.tree.json(config), "tasks").items():
        body = task if isinstance(task, str) else parse.string(task, "command")
        found.append(Task("deno", name, f"deno task {quote(name)}", body, config, repo.tree.line(config, f'"{name}"')))
    return found


def _benches(repo: Repository, sources: list[str]) -> tuple[Candidate, ...]:
    files = repo.tree.grep(sources, r"\bDeno\.bench\(")
    if not files:
        return ()
    where = f" {quote(files[0])}" if len(files) == 1 else ""
    worth, support = repo.support(r"\bdeno bench\b")
    evidence = (Evidence(files[0], "Deno.bench"), *support)
    found = Candidate(
        f"deno bench --allow-all{where}",
        ecosystem="javascript",
        evidence=evidence,
        protected=files,
        score=0.7 + worth,
    )
    return (yielding(found, repo.tree.text(files[0])),)
