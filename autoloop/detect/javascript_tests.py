"""Guardrails of a JavaScript package: scripts that look and do not touch, end by themselves and really test."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autoloop.detect import bodies, names
from autoloop.detect.javascript_packages import SCRIPTS, Package
from autoloop.detect.repository import Repository
from autoloop.detect.tree import at, is_sample
from autoloop.detect.words import Evidence, GuardrailCandidate

_TEST_FILE = r"(^|/)(__tests__/.*|tests?/.*|[\w.-]+[.-](test|spec)|test)\.[mc]?[jt]sx?$"
_FIXES = re.compile(r"\s--fix\b|\s--write\b|\s--apply(-unsafe)?\b")
_STRIPPABLE = re.compile(r"(eslint|stylelint|xo|standard|oxlint|biome (check|lint)|prettier)\b")
_RUNS_TESTS = re.compile(r"\b(test|jest|vitest|mocha|ava|tap|tape|uvu|playwright)\b")
_RUNNERS = (("vitest", "vitest run"), ("jest", "jest"), ("mocha", "mocha"), ("ava", "ava"), ("tap", "tap"))


def guardrails(repo: Repository, package: Package) -> Iterator[GuardrailCandidate]:
    """At most one command of each kind, tests first."""
    for kind in ("tests", "lint", "types", "format"):
        found = _from_scripts(repo, package, kind)
        if found is None and kind == "tests":
            found = _without_script(repo, package)
        if found:
            yield found


def _from_scripts(repo: Repository, package: Package, kind: str) -> GuardrailCandidate | None:
    """The plainest script of this kind that is fit; else one that becomes fit when its bad switch is taken away."""
    scripts = sorted((s for s in package.scripts if names.guards(s) == kind), key=lambda name: (_rank(name), len(name)))
    if kind == "tests":
        scripts = [script for script in scripts if script != "check" or _RUNS_TESTS.search(package.body(script))]
    for script in scripts:
        body = package.body(script)
        if not _unfit(body) and not (
            kind == "types" and re.search(r"\btsc\b(?![^\n]*--noEmit)", body) and _emits(repo, package)
        ):
            return _guardrail(repo, package, kind, script, package.run(script))
    for script in scripts:
        mended = _mended(package, script)
        if mended:
            return _guardrail(repo, package, kind, script, mended)
    return None


def _rank(name: str) -> int:
    return 0 if name in {"test", "lint", "typecheck", "type-check"} else 1


def _unfit(body: str) -> bool:
    judged = (bodies.is_placeholder, bodies.mutates, bodies.watches, bodies.wants_service)
    return not body.strip() or any(judge(body) for judge in judged)


def _emits(repo: Repository, package: Package) -> bool:
    config = at(package.base, "tsconfig.json")
    return '"noEmit": true' not in repo.tree.text(config)


def _mended(package: Package, script: str) -> str:
    """The script's own single command without the switch that writes, or with the one that ends a watcher."""
    body = package.scripts[script].strip()
    if not bodies.simple(body) or bodies.is_placeholder(body) or package.body(script).strip() != body:
        return ""
    if re.match(r"vitest\b", body) and bodies.watches(body):
        rest = re.sub(r"^vitest\s*(watch|dev)?|\s--watch\b|\s-w\b", "", body).strip()
        return package.execute(" ".join(["vitest run", *([rest] if rest else [])]))
    if bodies.mutates(body) and _STRIPPABLE.match(body):
        plain = _FIXES.sub("", body)
        checked = plain + (" --check" if body.startswith("prettier") else "")
        return "" if bodies.mutates(checked) or bodies.watches(checked) else package.execute(checked)
    if bodies.watches(body) and re.match(r"(jest|mocha|ava)\b", body):
        return package.execute(re.sub(r"\s(--watch(All)?|-w)\b", "", body))
    return ""


def _guardrail(repo: Repository, package: Package, kind: str, script: str, command: str) -> GuardrailCandidate:
    ci = repo.run_in_ci(rf"\b(npm|pnpm|yarn|bun)\b.*\b{re.escape(script)}\b")
    seen = repo.seen(package.file, f"script `{script}`", rf"\"{re.escape(script)}\"\s*:")
    score = {"tests": 0.8, "lint": 0.6, "types": 0.65, "format": 0.4}[kind] + 0.1 * bool(ci)
    return GuardrailCandidate(kind, command, (seen, *ci), "javascript", score)


def _without_script(repo: Repository, package: Package) -> GuardrailCandidate | None:
    """The installed test runner, or node's own, where there are tests but no script for them."""
    files = [path for path in repo.tree.within(package.base, _TEST_FILE, *SCRIPTS) if not is_sample(path)]
    if not files:
        return None
    runner = next((command for name, command in _RUNNERS if name in package.dependencies), "")
    own = repo.tree.grep(files, r"""["']node:test["']""")
    if runner:
        return GuardrailCandidate("tests", package.execute(runner), (Evidence(files[0], "tests"),), "javascript", 0.6)
    if own:
        command = bodies.inside(package.base, "node --test")
        return GuardrailCandidate("tests", command, (Evidence(own[0], "node:test"),), "javascript", 0.6)
    return None
