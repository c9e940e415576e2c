"""PHP: phpbench, PHPUnit and Pest, PHPStan, composer scripts."""

from __future__ import annotations

from collections.abc import Iterator

from autoloop.detect import bodies, names, parse
from autoloop.detect.bodies import quote
from autoloop.detect.formats import FORMATS
from autoloop.detect.repository import Repository
from autoloop.detect.targets import task_evals
from autoloop.detect.tasks import Task
from autoloop.detect.words import Candidate, Evidence, Finding, GuardrailCandidate
from autoloop.metrics import RESULT_FILE

_PHPBENCH = ("phpbench.json", "phpbench.json.dist", "phpbench.dist.json")
_PHPUNIT = ("phpunit.xml", "phpunit.xml.dist", "phpunit.dist.xml")
_PHPSTAN = ("phpstan.neon", "phpstan.neon.dist", "phpstan.dist.neon")


def inspect(repo: Repository) -> Finding | None:
    """What there is to run in the repository's composer package; None without one."""
    if "composer.json" not in repo.tree:
        return None
    tasks = tuple(_scripts(repo))
    bench = _phpbench(repo)
    named, reasons = task_evals(repo, [task for task in tasks if not (bench and "phpbench" in task.body)], "php")
    return Finding(
        "php",
        package_manager="composer",
        evals=(*bench, *named),
        guardrails=tuple(_guardrails(repo, tasks)),
        protected=tuple(path for path in ("composer.lock",) if path in repo.tree),
        evidence=(Evidence("composer.json", "composer package"),),
        reasons=tuple(reasons),
    )


def _scripts(repo: Repository) -> Iterator[Task]:
    """Composer's scripts, with ``@other`` replaced by what the other one runs."""
    scripts = {
        name: parse.strings(body) for name, body in parse.table(repo.tree.json("composer.json"), "scripts").items()
    }

    def expanded(name: str, depth: int = 0) -> Iterator[str]:
        for line in scripts.get(name, ()):
            other = line.removeprefix("@").split(" ")[0]
            if line.startswith("@") and other in scripts and depth < 5:  # noqa: PLR2004 - a cycle, not a script
                yield from expanded(other, depth + 1)
            else:
                yield line

    for name in scripts:
        line = (
            repo.tree.line("composer.json", f'"{name}"\\s*:')
            if name.replace("-", "").replace(":", "").isalnum()
            else None
        )
        yield Task("composer", name, f"composer run {quote(name)}", "\n".join(expanded(name)), "composer.json", line)


def _phpbench(repo: Repository) -> tuple[Candidate, ...]:
    config = repo.tree.first(*_PHPBENCH)
    files = repo.tree.matching(r"Bench\.php$")
    if not config or not files:
        return ()
    where = parse.strings(repo.tree.json(config), "runner.path")
    known = FORMATS["phpbench"]
    worth, support = repo.support(r"phpbench")
    return (
        Candidate(
            f"vendor/bin/phpbench run --dump-file={RESULT_FILE}",
            "phpbench", known.metric, known.direction, known.unit,
            ecosystem="php",
            confidence="high",
            evidence=(Evidence(config, "phpbench suite"), *support),
            protected=(config, *(f"{place.strip('/')}/**" for place in where), *files),
            score=0.78 + worth,
        ),
    )  # fmt: skip


def _guardrails(repo: Repository, tasks: tuple[Task, ...]) -> Iterator[GuardrailCandidate]:
    unit, stan = repo.tree.first(*_PHPUNIT), repo.tree.first(*_PHPSTAN)
    if repo.tree.first("tests/Pest.php"):
        yield GuardrailCandidate("tests", "vendor/bin/pest", (Evidence("tests/Pest.php", "Pest"),), "php", 0.8)
    elif unit:
        yield GuardrailCandidate("tests", "vendor/bin/phpunit", (Evidence(unit, "PHPUnit"),), "php", 0.8)
    if stan:
        yield GuardrailCandidate("types", "vendor/bin/phpstan analyse", (Evidence(stan, "PHPStan"),), "php", 0.6)
    for task in tasks:
        kind = names.guards(task.name)
        if (
            kind
            and task.body
            and not (bodies.mutates(task.body) or bodies.is_placeholder(task.body) or bodies.watches(task.body))
        ):
            evidence = Evidence(task.file, f"script `{task.name}`", task.line)
            yield GuardrailCandidate(kind, task.command, (evidence,), "php", 0.55)
