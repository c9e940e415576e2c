"""What to do where nothing measures: labelled ways to a number, none of which can pass for a working eval by itself."""

from __future__ import annotations

from collections.abc import Iterator

from autoloop.detect.formats import FORMATS
from autoloop.detect.words import Candidate, Finding, GuardrailCandidate

_WRITE = {
    "python": ("bench.py", "python3 bench.py"),
    "javascript": ("bench.mjs", "node bench.mjs"),
    "ruby": ("bench.rb", "ruby -Ilib bench.rb"),
    "php": ("bench.php", "php bench.php"),
    "go": ("a _test.go file with a Benchmark function", "go test -run '^$' -bench . -benchmem ./..."),
    "rust": ("benches/bench.rs (criterion or divan)", "cargo bench --bench bench"),
}
_AT_MOST = 3
# As a command it fails in every shell, so that it cannot be taken for a measurement.
_TIME = Candidate(
    "<a typical job of your program>",
    "process",
    *FORMATS["process"][:3],
    label="time a command",
    notes=("AutoLoop repeats it and measures the wall clock itself; a second or so is a good length",),
)


def suggestions(findings: tuple[Finding, ...], guardrails: tuple[GuardrailCandidate, ...]) -> tuple[Candidate, ...]:
    """Two or three of them, the most useful first: what the ecosystems offer, the tests' time, a script to write."""
    offered = [one for finding in findings for one in finding.suggestions] or [_TIME]
    return (*(*offered, *_test_time(guardrails))[: _AT_MOST - 1], _write(findings))


def _test_time(guardrails: tuple[GuardrailCandidate, ...]) -> Iterator[Candidate]:
    tests = next((guardrail for guardrail in guardrails if guardrail.name == "tests"), None)
    if tests:
        known = FORMATS["process"]
        yield Candidate(
            tests.command, "process", known.metric, known.direction, known.unit,
            ecosystem=tests.ecosystem, evidence=tests.evidence, label="time of the test suite",
            notes=("says how fast the tests are, which is not always how fast the program is",),
        )  # fmt: skip


def _write(findings: tuple[Finding, ...]) -> Candidate:
    ecosystem = next((finding.ecosystem for finding in findings if finding.ecosystem in _WRITE), "")
    file, command = _WRITE.get(ecosystem, ("bench.sh", "sh bench.sh"))
    how = (
        "" if ecosystem in {"go", "rust"} else " that runs a typical job and prints a line such as METRIC seconds=1.25"
    )
    note = f"write {file}{how}; then the command is: {command}"
    return Candidate("", ecosystem=ecosystem, label="write a benchmark", notes=(note,))
