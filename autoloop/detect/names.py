"""Which names of tasks, scripts and files speak of measuring, testing, linting."""

from __future__ import annotations

import re

_MEASURES = re.compile(
    r"(?i)(^|[-_:./])(bench|benchs|benches|benchmarks?|benchmarking|perf|performance|microbench)($|[-_:./])"
)
# Beside a measurement, not one: it prepares, compares, draws, watches or publishes.
_BESIDE = re.compile(
    r"""(?ix)(^|[-_:./])(compare|comparison|cmp|diff|install|setup|init|deps|reports?|results?|update|prepare|seed|gen
    |generate|data|build|compile|clean|clear|profile|prof|flame\w*|trace|serve|server|watch|dev|docs?|plots?|charts?
    |graphs?|html|publish|upload|deploy|save|store|baseline|lint|format|fmt|fix|types?|typecheck|debug|list|help
    |download|env|image|docker|push|view|show|open|start|stop|up|down)($|[-_:./])"""
)
_KINDS = {
    "tests": re.compile(
        r"""(?ix)(tests?|check|unit|spec|tests?[-_]?suite|unit[-_]?tests?|ci[-_:]test
        |test[-_:](unit|all|ci|run|once|node|js|py|python|fast|only))"""
    ),
    "lint": re.compile(
        r"(?i)(lint|lint[-_:](check|ci|js|ts|src|code|all)|check[-_:]lint|eslint|clippy|vet|flake8|ruff|rubocop|biome)"
    ),
    "types": re.compile(
        r"""(?ix)(type[-_:]?check|types|tsc|check[-_:]?types|check[-_:]ts|ts[-_:]check|lint[-_:]types|mypy|pyright
        |phpstan|psalm|dialyzer|analy[sz]e|stan)"""
    ),
    "format": re.compile(
        r"(?i)((format|fmt|prettier|style)[-_:]?(check|ci|verify|test)|check[-_:]?(format|fmt|formatting|style))"
    ),
}
_WORDS = "bench|benchmarks?|perf|performance|speed|speed[-_]?test"
_BENCH_STEM = rf"(?i)(^|/)(({_WORDS})([-_.][\w.-]*)?|[\w.-]+[-_.]({_WORDS}))"


def measures(name: str) -> bool:
    """Whether a task or script of this name should measure something (``bench``, ``test:perf``, ``bench:parse``)."""
    return bool(_MEASURES.search(name)) and not _BESIDE.search(_MEASURES.sub("/", name, count=1))


def beside(name: str) -> bool:
    """Whether it has to do with measuring but only prepares, compares or draws (``bench:seed``)."""
    return bool(_MEASURES.search(name)) and not measures(name)


def guards(name: str) -> str:
    """The kind of guardrail a task of this name promises: ``tests``, ``lint``, ``types``, ``format`` or nothing."""
    return next((kind for kind, pattern in _KINDS.items() if pattern.fullmatch(name)), "")


def bench_file(*suffixes: str) -> str:
    """A pattern for files that are named as benchmarks (``bench_parse.py``, ``parse.bench.ts``), by their ending."""
    endings = "|".join(re.escape(suffix) for suffix in suffixes)
    return rf"{_BENCH_STEM}({endings})$"
