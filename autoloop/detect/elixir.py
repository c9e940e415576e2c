"""Elixir: mix tasks and aliases, benchee scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autoloop.detect.bodies import inside, quote
from autoloop.detect.repository import Repository
from autoloop.detect.sources import yielding
from autoloop.detect.tree import at, directory_of, is_sample
from autoloop.detect.words import Candidate, Evidence, Finding, GuardrailCandidate

_ALIAS = re.compile(r"[\"']?(bench[\w.]*)[\"']?(?:\s*=>\s*|:\s+)(\[[^\]]*\]|\"[^\"]*\")")
_TASK = re.compile(r"defmodule\s+Mix\.Tasks\.(Bench[\w.]*)")


def inspect(repo: Repository) -> Finding | None:
    """What there is to run in the repository's mix project; None without one."""
    projects = [directory_of(path) for path in repo.tree.named("mix.exs") if not is_sample(path)]
    if not projects:
        return None
    home = projects[0]
    manifest = at(home, "mix.exs")
    return Finding(
        "elixir",
        package_manager="mix",
        evals=tuple(candidate for place in projects[:10] for candidate in _evals(repo, place)),
        guardrails=tuple(_guardrails(repo, home)),
        protected=tuple(path for path in (at(home, "mix.lock"),) if path in repo.tree),
        evidence=(Evidence(manifest, "mix project"),),
    )


def _evals(repo: Repository, home: str) -> Iterator[Candidate]:
    """Aliases and tasks of this project, which exist only in its directory; else its benchmark scripts."""
    manifest = at(home, "mix.exs")
    aliases = [(found[1], manifest) for found in _ALIAS.finditer(repo.tree.text(manifest))]
    prefix = at(home, "")
    tasks = repo.tree.within(at(home, "lib"), r"lib/mix/tasks/.*\.ex$")
    named = [(found[1].lower(), path) for path in tasks if (found := _TASK.search(repo.tree.text(path)))]
    scripts = repo.tree.within(home, r"(^|/)(bench|benchmarks?)/[\w./-]*\.exs$|(^|/)bench\w*\.exs$")
    benched = [
        path for path in repo.tree.grep(scripts, r"\bBenchee\.") if directory_of(path) not in {"", *_others(repo, home)}
    ]
    texts = "\n".join(map(repo.tree.text, benched))
    for name, file in (*aliases, *named):
        yield _candidate(repo, home, f"mix {name}", (file, *benched), texts, 0.7)
    if not aliases and not named:
        for path in benched:
            yield _candidate(
                repo, home, f"mix run {quote(path.removeprefix(prefix))}", (path,), repo.tree.text(path), 0.62
            )


def _others(repo: Repository, home: str) -> set[str]:
    return {directory_of(path) for path in repo.tree.named("mix.exs")} - {home}


def _candidate(repo: Repository, home: str, command: str, files: tuple[str, ...], text: str, score: float) -> Candidate:
    worth, support = repo.support(re.escape(command))
    plain = Candidate(
        inside(home, command),
        build=inside(home, "mix compile"),
        ecosystem="elixir",
        evidence=(Evidence(files[0], f"`{command}`"), *support),
        protected=files,
        score=score + worth,
    )
    return yielding(plain, text)


def _guardrails(repo: Repository, home: str) -> Iterator[GuardrailCandidate]:
    prefix = at(home, "")
    tests = [path for path in repo.tree.suffixed(".exs") if path.startswith(prefix) and path.endswith("_test.exs")]
    if tests:
        yield GuardrailCandidate("tests", inside(home, "mix test"), (Evidence(tests[0], "ExUnit"),), "elixir", 0.85)
    for kind, command, pattern in (
        ("format", "mix format --check-formatted", r"mix format --check"),
        ("lint", "mix credo", r"\bmix credo\b"),
    ):
        seen = repo.run_in_ci(pattern)
        if seen:
            yield GuardrailCandidate(kind, inside(home, command), seen, "elixir", 0.5)
