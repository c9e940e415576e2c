"""Ruby: rake benchmark tasks, benchmark-ips scripts, rspec and minitest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autoloop.detect import names
from autoloop.detect.bodies import quote
from autoloop.detect.repository import Repository
from autoloop.detect.sources import needs_arguments, yielding
from autoloop.detect.targets import objection
from autoloop.detect.tree import is_sample
from autoloop.detect.words import Candidate, Evidence, Finding, GuardrailCandidate

_BENCH_FILE = r"(^|/)(bench|benchmarks?|perf)/[\w./-]+\.rb$|(^|/)(bench|benchmark)[\w-]*\.rb$"
_RAKE_LINE = re.compile(
    r"^([ \t]*)(?:(namespace)\s*\(?\s*:?[\"']?([\w-]+)|task\s*\(?\s*:?[\"']?([\w:-]+)(.*)|(end)\b)", re.MULTILINE
)


def inspect(repo: Repository) -> Finding | None:
    """What there is to run in the repository's gem or application; None without a sign of Ruby."""
    gem = next((path for path in repo.tree.files if path.endswith(".gemspec") and "/" not in path), "")
    sign = repo.tree.first("Gemfile", "gems.rb") or gem or repo.tree.first("Rakefile")
    if not sign or not repo.tree.suffixed(".rb"):
        return None
    bundled = repo.tree.first("Gemfile", "gems.rb")
    prefix = "bundle exec " if bundled else ""
    evals, reasons = _rake(repo, prefix)
    return Finding(
        "ruby",
        package_manager="bundler" if bundled else "gem",
        evals=(*evals, *_scripts(repo, prefix)),
        guardrails=tuple(_guardrails(repo, prefix)),
        protected=("Gemfile.lock",) if "Gemfile.lock" in repo.tree else (),
        evidence=(Evidence(sign, "Ruby project"),),
        reasons=tuple(reasons),
    )


def _rake_tasks(text: str) -> Iterator[tuple[str, int, str]]:
    """Full names of rake tasks, with where they begin; namespaces are told by indentation."""
    spaces: list[tuple[int, str]] = []
    for found in _RAKE_LINE.finditer(text):
        depth = len(found[1])
        spaces = [space for space in spaces if space[0] < depth]
        if found[2]:
            spaces.append((depth, found[3]))
        elif found[4]:
            yield ":".join([*(name for _, name in spaces), found[4].rstrip(":")]), found.start(4), found[5] or ""


def _rake(repo: Repository, prefix: str) -> tuple[list[Candidate], list[str]]:
    found, reasons = [], []
    for path in repo.tree.matching(r"^(Rakefile|rakelib/[\w-]+\.rake|tasks/[\w-]+\.rake|lib/tasks/[\w-]+\.rake)$"):
        text = repo.tree.text(path)
        for name, start, rest in _rake_tasks(text):
            if not (names.measures(name) or names.beside(name)):
                continue
            body = _body(text, start)
            why = objection(repo, name, body or "rake", arguments=bool(re.match(r"\s*,\s*\[", rest)))
            if why:
                reasons.append(f"{path}: rake task `{name}` {why}")
                continue
            worth, support = repo.support(rf"rake {re.escape(name)}\b")
            line = text.count("\n", 0, start) + 1
            scripts = [
                file
                for file in repo.tree.matching(_BENCH_FILE, ".rb")
                if file in body or file.rpartition("/")[2] in body
            ]
            plain = Candidate(
                f"{prefix}rake {quote(name)}",
                ecosystem="ruby",
                evidence=(Evidence(path, f"rake task `{name}`", line), *support),
                protected=(path, *scripts),
                score=0.62 + worth,
            )
            found.append(yielding(plain, "\n".join([body, *map(repo.tree.text, scripts)])))
    return found, reasons


def _body(text: str, start: int) -> str:
    """From the task's name to the end of its block, as indentation tells it."""
    begin = text.rfind("\n", 0, start) + 1
    depth = re.match(r"[ \t]*", text[begin:])
    indent = depth[0] if depth else ""
    end = re.compile(rf"^{indent}end\b", re.MULTILINE).search(text, start)
    return text[begin : end.end() if end else begin + 400]


def _scripts(repo: Repository, prefix: str) -> Iterator[Candidate]:
    for path in repo.tree.matching(_BENCH_FILE, ".rb")[:50]:
        text = repo.tree.text(path)
        if (
            is_sample(path)
            or needs_arguments(path, text)
            or not re.search(r"Benchmark\.(ips|bm|bmbm|realtime|measure)|\bMETRIC ", text)
        ):
            continue
        worth, support = repo.support(rf"ruby .*{re.escape(path)}")
        library = "-Ilib " if repo.tree.has_directory("lib") else ""
        plain = Candidate(
            f"{prefix}ruby {library}{quote(path)}",
            ecosystem="ruby",
            evidence=(Evidence(path, "benchmark script"), *support),
            protected=(path,),
            score=0.55 + worth,
        )
        yield yielding(plain, text)


def _guardrails(repo: Repository, prefix: str) -> Iterator[GuardrailCandidate]:
    rake = repo.tree.text("Rakefile")
    specs, tests = repo.tree.matching(r"^spec/.*_spec\.rb$"), repo.tree.matching(r"^test/.*(test_\w+|_test)\.rb$")
    if "bin/rails" in repo.tree and tests:
        yield GuardrailCandidate("tests", "bin/rails test", (Evidence(tests[0], "Rails tests"),), "ruby", 0.8)
    elif tests and re.search(r"TestTask|Minitest::", rake):
        task = re.search(r"(?:TestTask|Minitest::\w+)\.(?:new|create)\(?\s*(?::|[\"'])(\w+)", rake)
        name = (task[1] if task else "") or "test"
        yield GuardrailCandidate("tests", f"{prefix}rake {name}", (Evidence("Rakefile", "TestTask"),), "ruby", 0.85)
    elif specs:
        yield GuardrailCandidate("tests", f"{prefix}rspec", (Evidence(specs[0], "specs"),), "ruby", 0.8)
    elif tests:
        command = (
            f'{prefix}ruby -Ilib -Itest -e \'Dir["test/**/*{{_test,test_*}}.rb"].each {{ |f| require "./" + f }}\''
        )
        yield GuardrailCandidate("tests", command, (Evidence(tests[0], "tests"),), "ruby", 0.5)
    config, said = repo.tree.first(".rubocop.yml"), repo.said(r"\brubocop\b|\bstandardrb\b", "ci")
    if config and (said or "rubocop" in repo.tree.text("Gemfile")):
        yield GuardrailCandidate(
            "lint", f"{prefix}rubocop", (Evidence(config, "RuboCop"),), "ruby", 0.6 if said else 0.5
        )
