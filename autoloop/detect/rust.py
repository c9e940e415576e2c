"""Rust: cargo workspaces with criterion, divan, libtest and hand-written benchmarks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autoloop.detect import names
from autoloop.detect.bodies import inside, quote
from autoloop.detect.formats import FORMATS
from autoloop.detect.repository import Repository
from autoloop.detect.rust_packages import Bench, Crate, read_crates, workspace_home
from autoloop.detect.sources import needs_arguments, yielding
from autoloop.detect.tree import at, is_sample
from autoloop.detect.words import Candidate, Evidence, Finding, GuardrailCandidate

_LIBRARIES = (
    ("criterion", r"\bcriterion_group!|\bcriterion_main!|use criterion::|use codspeed_criterion_compat"),
    ("divan", r"\bdivan::(main|bench)|#\[divan::bench|use divan"),
    ("libtest", r"#!\[feature\(test\)\]|#\[bench\]"),
)
_BENCH_CRATE = re.compile(r"(?i)(^|[-_])(bench|benches|benchmark|benchmarks|perf)$")


def inspect(repo: Repository) -> Finding | None:
    """What there is to run in the repository's crates; None without a ``Cargo.toml``."""
    home = workspace_home(repo)
    if home is None:
        return None
    crates = read_crates(repo)
    manifest = at(home, "Cargo.toml")
    evals = tuple(candidate for crate in crates for candidate in _evals(repo, crate))
    lock = at(home, "Cargo.lock")
    return Finding(
        "rust",
        package_manager="cargo",
        weight=0.6 if not home else 0.4,
        evals=evals,
        guardrails=tuple(_guardrails(repo, home, crates)),
        suggestions=() if evals else tuple(_suggestions(crates)),
        protected=(lock,) if lock in repo.tree else (),
        evidence=(Evidence(manifest, "Cargo workspace" if len(crates) > 1 else "Cargo package"),),
    )


def _evals(repo: Repository, crate: Crate) -> Iterator[Candidate]:
    for bench in crate.benches:
        yield _bench(repo, crate, bench)
    if crate.benches:
        return
    if _BENCH_CRATE.search(crate.name) and crate.binary:
        yield from _program(repo, crate, at(crate.base, "src/main.rs"))
    for program in crate.programs:
        if names.measures(program.name):
            yield from _program(repo, crate, program.file, f" --bin {quote(program.name)}{_features(program)}")
    yield from _in_library(repo, crate)


def _bench(repo: Repository, crate: Crate, bench: Bench) -> Candidate:
    text = repo.tree.text(bench.file)
    name = next((name for name, pattern in _LIBRARIES if re.search(pattern, text)), "")
    toolchain = "+nightly " if name == "libtest" and not _nightly(repo, crate) else ""
    worth, support = repo.support(rf"\bcargo\b.*\bbench\b(.*--bench[ =]{re.escape(bench.name)}\b|(?!.*--bench\b))")
    likely = 0.04 * (
        bench.name in {"bench", "benches", "benchmark", "benchmarks", crate.name.replace("-", "_"), crate.name}
    )
    aside = crate.home != (workspace_home(repo) or "")
    plain = Candidate(
        f"cargo {toolchain}bench{crate.where} --bench {quote(bench.name)}{_features(bench)}",
        ecosystem="rust",
        timeout="20m",
        evidence=(Evidence(bench.file, f"bench target `{bench.name}`"), *support),
        protected=(_protected(crate),),
        score=0.75 + worth + likely - 0.02 * min(crate.base.count("/") + bool(crate.base), 3) - 0.05 * aside,
    )
    return yielding(plain, text, name)


def _protected(crate: Crate) -> str:
    return f"{crate.base}/benches/**" if crate.base else "benches/**"


def _nightly(repo: Repository, crate: Crate) -> bool:
    files = [f"{place}{name}" for place in ("", f"{crate.home}/") for name in ("rust-toolchain", "rust-toolchain.toml")]
    return any("nightly" in repo.tree.text(path) for path in files)


def _in_library(repo: Repository, crate: Crate) -> Iterator[Candidate]:
    """``#[bench]`` functions inside the sources."""
    files = repo.tree.grep(repo.tree.within(at(crate.base, "src"), r"\.rs$"), r"^[ \t]*#\[bench\]")
    if files:
        known = FORMATS["libtest"]
        toolchain = "" if _nightly(repo, crate) else "+nightly "
        yield Candidate(
            f"cargo {toolchain}bench{crate.where} --lib",
            "libtest", known.metric, known.direction, known.unit,
            ecosystem="rust",
            confidence="high",
            evidence=(repo.seen(files[0], "#[bench] functions", r"#\[bench\]"),),
            score=0.68,
        )  # fmt: skip


def _features(target: Bench) -> str:
    return f" --features {quote(','.join(target.features))}" if target.features else ""


def _program(repo: Repository, crate: Crate, main: str, chosen: str = "") -> Iterator[Candidate]:
    """A program that is itself the benchmark: the crate's only one, or one that ``chosen`` names."""
    text = repo.tree.text(main)
    if re.search(r"args\(\)\.nth\(1\)\.(unwrap|expect)|#\[derive\([^)]*Parser", text) or needs_arguments(main, text):
        return
    spoken = f"{re.escape(crate.name)}|{re.escape(chosen.strip() or crate.name)}"
    worth, support = repo.support(rf"\bcargo run\b.*({spoken})\b")
    plain = Candidate(
        f"cargo run --release{crate.where}{chosen}",
        ecosystem="rust",
        build=f"cargo build --release{crate.where}{chosen}",
        evidence=(Evidence(main, "benchmark program"), *support),
        protected=(f"{crate.base}/**" if crate.base and not chosen else main,),
        score=0.6 + worth,
    )
    yield yielding(plain, text)


def _guardrails(repo: Repository, home: str, crates: tuple[Crate, ...]) -> Iterator[GuardrailCandidate]:
    manifest = at(home, "Cargo.toml")
    where = f" --manifest-path {quote(manifest)}" if home else ""
    ours = [crate for crate in crates if crate.home == home]
    workspace = " --workspace" if len(ours) > 1 else ""
    prefix = at(home, "")
    sources = [path for path in repo.tree.suffixed(".rs") if path.startswith(prefix) and not is_sample(path)]
    if repo.tree.first_with(
        sources, r"#\[(\w+::)*test\]|#\[(rstest|test_case|quickcheck|wasm_bindgen_test)\b|proptest!|^[ \t]*//[/!] ```$"
    ):
        said = repo.said(r"\bcargo\b.*\b(test|nextest run)\b")
        tool = "nextest run" if said and "nextest" in said.command else "test"
        evidence = (
            Evidence(said.file, f"runs `{said.command[:60]}`", said.line) if said else Evidence(manifest, "Rust tests")
        )
        yield GuardrailCandidate("tests", f"cargo {tool}{where}{workspace}", (evidence,), "rust", 0.85)
    else:
        yield GuardrailCandidate(
            "compiles", f"cargo check --all-targets{where}{workspace}", (Evidence(manifest, "no tests"),), "rust", 0.4
        )
    for kind, pattern, command in (
        ("lint", r"\bcargo\b.*\bclippy\b", f"clippy{where}{workspace} --all-targets"),
        ("format", r"\bcargo\b.*\bfmt\b", f"fmt{where} --all --check"),
    ):
        said = repo.said(pattern, "ci")
        if said:
            strict = " -- -D warnings" if kind == "lint" and re.search(r"-D\s?warnings", said.command) else ""
            yield GuardrailCandidate(
                kind, f"cargo {command}{strict}", (Evidence(said.file, "CI runs it", said.line),), "rust", 0.6
            )


def _suggestions(crates: tuple[Crate, ...]) -> Iterator[Candidate]:
    """Without a benchmark: the time and the size of the program."""
    crate = next((crate for crate in crates if crate.binary), None)
    if crate is None:
        return
    build = f"cargo build --release{crate.where}"
    program = f"target/release/{crate.binary}"
    place = inside(crate.home, "")
    yield Candidate(
        f"{place}./{quote(program)} <arguments of a typical job>", "process", "wall_time", "lower_is_better", "s",
        build=build, ecosystem="rust", label="time the program",
        notes=("replace the arguments with a typical job that takes a second or so",),
    )  # fmt: skip
    yield Candidate(
        f"{place}wc -c < {quote(program)}", "regex", "binary_size", "lower_is_better", "bytes", r"(\d+)",
        build=build, ecosystem="rust", label="size of the program",
    )  # fmt: skip
