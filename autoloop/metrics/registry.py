"""The formats there are, and where their adapters live; an adapter is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

from autoloop.errors import ConfigError
from autoloop.metrics.model import RESULT_FILE, Adapter

AUTO = "auto"
METRIC_LINES = "metric_lines"
JSON = "json"
SUMMARY = "summary"
REGEX = "regex"
PROCESS = "process"
PLAIN = (METRIC_LINES, JSON, SUMMARY, REGEX)
"""The formats that need no tool, in the order in which ``auto`` tries them."""

TOOLS = (
    *("pytest-benchmark", "pytest-codspeed", "pyperf", "asv"),
    *("criterion", "libtest", "divan"),
    "go-bench",
    *("vitest", "tinybench", "benchmark.js", "mitata", "deno-bench"),
    *("jmh", "benchmarkdotnet"),
    *("google-benchmark", "catch2", "hyperfine"),
    *("benchmark-ips", "phpbench", "benchee"),
)
"""Benchmark tools; the module of each has its name, with underscores."""


def formats() -> tuple[str, ...]:
    """Every name that ``metric_format`` may have."""
    return (AUTO, *PLAIN, PROCESS, *TOOLS)


def result_globs(format: str) -> tuple[str, ...]:  # noqa: A002 - the word users know
    """Where the result files of a format are: globs relative to the repository, or ``{result_file}``.

    The latter stands for a fresh file whose path the caller puts into the command in its place. Of all these the caller
    passes on what was written after the run began.

    Raises:
        ConfigError: ``unknown_format``.
    """
    if format in {AUTO, JSON}:
        return (RESULT_FILE,)
    return () if format in {*PLAIN, PROCESS} else adapter(format).globs


def adapter(format: str) -> Adapter:  # noqa: A002 - the word users know
    """How results of that tool are read.

    Raises:
        ConfigError: ``unknown_format``.
    """
    if format not in TOOLS:
        from difflib import get_close_matches

        near = get_close_matches(format, formats(), n=1, cutoff=0.4)
        why = f"The formats are {', '.join(formats())}."
        fix = f'Set metric_format = "{(near or [AUTO])[0]}" or another of them in .autoloop/config.toml.'
        raise ConfigError("unknown_format", f"There is no metric format '{format}'.", why=why, fix=fix)
    module = import_module(f"autoloop.metrics.adapters.{format.replace('-', '_').replace('.', '_')}")
    found: Adapter = module.ADAPTER
    return found
