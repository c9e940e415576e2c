"""The scan: one walk, every ecosystem that leaves a trace, one ranked answer. Nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

import msgspec

from autoloop.detect import rank
from autoloop.detect.formats import FORMATS
from autoloop.detect.hints import install_hint, missing_tools
from autoloop.detect.mentions import CI, read_mentions
from autoloop.detect.repository import Repository
from autoloop.detect.suggest import suggestions
from autoloop.detect.tasks import read_tasks
from autoloop.detect.tree import Tree
from autoloop.detect.words import Candidate, Finding, Inference
from autoloop.units import counted

# What must exist before an ecosystem's module is worth importing: base names or endings of files.
_TRACES = {
    "python": (("pyproject.toml",), (".py",)),
    "training": ((), (".py",)),
    "javascript": (("package.json", "deno.json", "deno.jsonc"), ()),
    "rust": (("Cargo.toml",), ()),
    "go": (("go.mod",), ()),
    "jvm": (("pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"), ()),
    "dotnet": ((), (".csproj", ".fsproj", ".vbproj")),
    "cpp": (("CMakeLists.txt", "meson.build", "Makefile", "makefile", "GNUmakefile"), ()),
    "ruby": (("Gemfile", "gems.rb", "Rakefile"), (".gemspec",)),
    "php": (("composer.json",), ()),
    "elixir": (("mix.exs",), ()),
    "zig": (("build.zig",), ()),
    "swift": (("Package.swift",), ()),
    "scripts": ((), (".sh", ".bash", ".py", ".js", ".mjs", ".rb", ".pl", ".php", ".lua")),
    "targets": (("Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", "Taskfile.yml", "Taskfile.yaml"), ()),
}
_PROTECTED_DIRECTORY = re.compile(
    r"^((?:[\w.-]+/)?(?:tests?|spec|specs|__tests__|testdata|fixtures?|bench|benches|benchmarks?|perf|asv_bench))/"
)
_DEEPER = re.compile(r"^(?:[\w.@-]+/){2,}?(tests?|__tests__|testdata|fixtures?|bench|benches|benchmarks?)/")
_MOST = 40
_SHOWN = 10


def scan(root: Path, *, deadline: float = 1.5) -> Inference:
    """What can be measured and guarded in the repository at ``root``.

    Args:
        root: top of the work tree.
        deadline: seconds of work (see ``Tree``) after which no further file is opened; what was left out is named in
            ``skipped``.
    """
    tree = Tree(root, deadline)
    repo = Repository(tree, read_mentions(tree), read_tasks(tree))
    findings = rank.ordered(repo, tuple(_findings(repo)))
    ranked = rank.evals(findings)
    evals = (*map(_annotated, ranked[:_SHOWN]), *ranked[_SHOWN:])
    best = evals[0] if evals else None
    guardrails = rank.guardrails(repo, findings, best)
    owners = [finding for finding in findings if finding.ecosystem not in rank.CROSS_CUTTING]
    return Inference(
        project_kinds=tuple(
            finding.ecosystem for finding in findings if finding.ecosystem not in {"scripts", "targets"}
        ),
        package_manager=owners[0].package_manager if owners else next((task.runner for task in repo.tasks), ""),
        evals=evals,
        guardrails=guardrails,
        other_guardrails=rank.other_guardrails(findings, guardrails),
        protected=_protected(repo, findings, best),
        editable=(best.editable if best else ()) or ("**",),
        confidence=best.confidence if best else "none",
        evidence=tuple(
            dict.fromkeys([*(best.evidence if best else ()), *(one for f in findings for one in f.evidence)])
        ),
        reasons=() if best else tuple(_reasons(repo, findings)),
        suggestions=() if best else suggestions(findings, guardrails),
        skipped=tuple(dict.fromkeys(tree.skipped))[:_MOST],
    )


def _findings(repo: Repository) -> Iterator[Finding]:
    for name, (names, suffixes) in _TRACES.items():
        if repo.tree.named(*names) or repo.tree.suffixed(*suffixes):
            found = import_module(f"autoloop.detect.{name}").inspect(repo)
            if found is not None:
                yield found


def _annotated(candidate: Candidate) -> Candidate:
    """The candidate with notes on how to measure less, and on each program that is not on PATH."""
    missing = missing_tools(f"{candidate.build}\n; {candidate.command}" if candidate.build else candidate.command)
    tools = (f"{tool} is not on PATH: {install_hint(tool)}" for tool in missing)
    narrow = FORMATS[candidate.format].narrow
    shorter = (f"too slow? {narrow}",) if narrow else ()
    return msgspec.structs.replace(candidate, notes=(*candidate.notes, *shorter, *tools))


def _protected(repo: Repository, findings: tuple[Finding, ...], best: Candidate | None) -> tuple[str, ...]:
    """What an experiment must not touch: the eval's own files, tests and fixtures, lock files, CI."""
    workflows = [path for path in repo.tree.files if CI.match(path)]
    ci = dict.fromkeys(".github/workflows/**" if path.startswith(".github/") else path for path in workflows)
    own = [path for path in (best.protected if best else ()) if path not in (best.editable if best else ())]
    listed = [*own, *(path for finding in findings for path in finding.protected), *_places(repo.tree.files), *ci]
    whole = [pattern[:-2] for pattern in listed if pattern.endswith("/**")]
    return tuple(
        dict.fromkeys(p for p in listed if p.endswith("/**") or not any(p.startswith(place) for place in whole))
    )


def _places(paths: Iterable[str]) -> Iterator[str]:
    """Directories of tests, fixtures and benchmarks: near the root each by itself, below by their names."""
    near: dict[str, None] = {}
    deeper: dict[str, None] = {}
    for path in paths:
        found = _PROTECTED_DIRECTORY.match(path)
        if found:
            near[f"{found[1]}/**"] = None
        elif inner := _DEEPER.match(path):
            deeper[f"**/{inner[1]}/**"] = None
    yield from (*list(near)[:_MOST], *sorted(deeper))


def _reasons(repo: Repository, findings: tuple[Finding, ...]) -> Iterator[str]:
    yield from (reason for finding in findings for reason in finding.reasons)
    owners = [finding for finding in findings if finding.ecosystem not in rank.CROSS_CUTTING]
    files = counted(len(repo.tree.files), "file")
    if not repo.tree.files:
        yield "the repository has no files"
    elif not owners:
        yield f"nothing in {files} belongs to a build, a package or a program that is known here"
    else:
        kinds = ", ".join(finding.ecosystem for finding in owners)
        yield f"no benchmark library, target or script that prints a number in {files} ({kinds})"
