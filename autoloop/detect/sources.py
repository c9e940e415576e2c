"""What a script's own text says: the benchmark library it uses, and whether it can run without being told anything."""

from __future__ import annotations

import re

import msgspec

from autoloop.detect.formats import FORMATS
from autoloop.detect.sniff import printed
from autoloop.detect.words import Candidate

_LIBRARIES = (
    ("pyperf", r"^[ \t]*(?:import|from) (?:pyperf|perf)\b"),
    ("tinybench", r"""from ["']tinybench["']|require\(["']tinybench["']\)"""),
    ("mitata", r"""from ["']mitata["']|require\(["']mitata["']\)"""),
    ("benchmark.js", r"""from ["']benchmark["']|require\(["']benchmark["']\)|from ["']benchmark(ify)?/"""),
    ("benchmark-ips", r"require ['\"]benchmark/ips['\"]|\bBenchmark\.ips\b"),
    ("google-benchmark", r"#include\s*[<\"]benchmark/benchmark\.h[>\"]"),
    ("catch2", r"\bBENCHMARK(?:_ADVANCED)?\(\s*\""),
    ("benchee", r"\bBenchee\.run\b"),
    ("deno-bench", r"\bDeno\.bench\("),
    ("hyperfine", r"^[^#\n]*\bhyperfine\s"),
)
_NEEDS_ARGUMENTS = {
    "py": r"""add_argument\(\s*["'][^-"'][^)]{0,400}\)|required\s*=\s*True|@click\.argument\(""",
    "js": r"process\.argv\[2\](?!\s*\)?\s*(\|\||\?\?|===|==|!==))",
    "sh": r"\$\{?[1-9](?!\d|:-|-|:=|\+)\b|\$\{[1-9]:\?",
    "rb": r"ARGV\[0\](?!\s*\|\|)|ARGV\.fetch\(0\)",
}
_LANGUAGE = {"mjs": "js", "cjs": "js", "ts": "js", "mts": "js", "cts": "js", "bash": "sh"}
_ARGV_GUARD = r"len\(sys\.argv\)|except IndexError|process\.argv\.length|sys\.argv\[1:\]|\$#|ARGV\.(empty|size|length)"
_GPU = re.compile(
    r"""\.cuda\(|device\s*=\s*["']cuda|\.to\(["']cuda|torch\.cuda\.(set_device|synchronize)|cupy|triton\b"""
)


def library(text: str) -> str:
    """The format of the benchmark library that a source uses, or an empty text."""
    return next((name for name, pattern in _LIBRARIES if re.search(pattern, text, re.MULTILINE)), "")


def needs_arguments(path: str, text: str) -> bool:
    """Whether the script cannot run without arguments, as far as its text tells."""
    suffix = path.rpartition(".")[2]
    language = _LANGUAGE.get(suffix, suffix)
    if language == "py" and re.search(r"sys\.argv\[[1-9]\]", text):
        return not re.search(_ARGV_GUARD, text)
    if language in {"js", "sh", "rb"} and re.search(_ARGV_GUARD, text):
        return False
    pattern = _NEEDS_ARGUMENTS.get(language)
    return (
        any(not re.search(r"nargs\s*=\s*[\"'][?*]|default\s*=", found[0]) for found in re.finditer(pattern, text))
        if pattern
        else False
    )


def needs_gpu(text: str) -> bool:
    """Whether the text asks for a GPU without an alternative."""
    return bool(_GPU.search(text)) and not re.search(r"""["']cpu["']""", text)


def yielding(candidate: Candidate, text: str, format_name: str = "") -> Candidate:
    """The candidate with the number that ``text``, the source it runs, yields.

    A library or a single clear label makes the confidence high; otherwise format ``auto`` and no name: the first run
    tells, and until then nothing is guessed.
    """
    name = format_name or library(text)
    numbers = () if name else printed(text)
    if name == "tinybench" and not re.search(r"\.table\(", text):
        name = ""  # it prints whatever its author likes
    if name:
        known = FORMATS[name]
        filled = {"format": name, "primary_metric": known.metric, "direction": known.direction, "unit": known.unit}
        return _with(candidate, filled, sure=bool(known.direction))
    if numbers:
        best = numbers[0]
        filled = {"format": best.format, "primary_metric": best.metric, "direction": best.direction}
        filled |= {"unit": best.unit, "pattern": best.pattern}
        sure = bool(best.direction) and (best.format == "metric_lines" or len(numbers) == 1)
        return _with(candidate, filled, sure=sure)
    return candidate


def _with(candidate: Candidate, filled: dict[str, str], *, sure: bool) -> Candidate:
    confidence = "high" if sure else "low"
    return msgspec.structs.replace(candidate, **filled, confidence=confidence, score=candidate.score + 0.1 * sure)
