"""Did a guardrail check anything at all? Told from the counts in its output, because exit code 0 proves nothing."""

from __future__ import annotations

import re
from typing import NamedTuple

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# How many tests ran, by the summary of each runner. Several matches add up (cargo, Maven and Go report by package).
_COUNTS = (
    r"^Ran (\d+) tests? in ",  # unittest, Django
    r"^running (\d+) tests?$",  # cargo test
    r"^\s*Starting (\d+) tests? across",  # nextest
    r"^(?:=+ )?(?:.*?, )?(\d+) passed\b.*\bin [\d.]+",  # pytest
    r"^Tests:\s.*?(\d+) total",  # jest
    r"^\s*Tests\s+(?:.*?\| )?(\d+) passed",  # vitest
    r"^\s*(\d+) passing\b",  # mocha
    r"^(?:# |\S* ?)tests (\d+)$",  # node:test
    r"^ok \| (\d+) passed",  # deno
    r"^\s*(\d+) pass$",  # bun
    r"^\d+% tests passed, \d+ tests? failed out of (\d+)",  # ctest
    r"^Ok:\s+(\d+)",  # meson
    r"Total tests: (\d+)|Passed!?\s+- Failed:\s+\d+, Passed:\s+(\d+)",  # dotnet test
    r"^(?:\[\w+\] )?Tests run: (\d+), Failures: \d+, Errors: \d+, Skipped: \d+\s*$",  # Maven
    r"^OK(?:, but[^(]*)? ?\((\d+) tests?",  # PHPUnit
    r"^Tests: (\d+), Assertions",  # PHPUnit, not all well
    r"^(\d+) runs?, \d+ assertions",  # minitest
    r"^(\d+) examples?, \d+ failures?",  # rspec
    r"^(?:\d+ \w+, )*(\d+) tests?, \d+ failures?",  # ExUnit
    r"Executed (\d+) tests?, with",  # XCTest
    r"^.?\s*Test run with (\d+) tests?",  # swift-testing
    r"^All (\d+) tests passed",  # zig
)
_NOTHING = (
    (r"no tests ran|collected 0 items|no tests collected", "pytest collected no test"),
    (r"^NO TESTS RAN", "unittest found no test"),
    (r"No tests? files? found|No tests found|no test specified", "the test runner found no test"),
    (r"No tests were found!!!", "ctest found no test; the tests are not configured into the build"),
    (r"No test is available|No test matches", "dotnet found no test"),
    (r"No tests to run\.|There are no tests to run|No tests executed!|no tests to run$", "no test was run"),
    (r"^No suitable tests defined|No tests defined", "no test is defined"),
    (r"no issues found in 0 source files|There are no \.py\[i\] files", "mypy checked no file"),
    (r"No Python files found under the given path", "ruff checked no file"),
    (r"No files matching the pattern|all files matched by .* are ignored", "the linter checked no file"),
)
_SKIPPED = re.compile(
    r"^OK \((?:\w+=\d+, )*skipped=(\d+)\)|^(?:=+ )?(\d+) (?:skipped|deselected)\b.* in [\d.]+", re.MULTILINE
)
_TESTS = re.compile(r"(?i)test|spec\b|\b(jest|mocha|ava|tap|pest|phpunit|nox|tox)\b")
_GO_PACKAGE = re.compile(r"^(ok|FAIL|---|\?)\s+\S+\s+(.*)$", re.MULTILINE)


class Proof(NamedTuple):
    """What a guardrail's output shows.

    Attributes:
        ran: how many tests ran, None when the output does not say.
        vacuous: why its passing means nothing, None when it means something or nothing is known.
    """

    ran: int | None = None
    vacuous: str | None = None


def proof(kind: str, output: str) -> Proof:
    """How many tests ran, and whether that is too few to mean anything.

    Args:
        kind: the guardrail's name or its command; counts are asked only where it speaks of tests.
        output: what it printed, standard output and error together.
    """
    text = _ANSI.sub("", output).replace("\r\n", "\n").replace("\r", "\n")
    tests = _TESTS.search(kind) is not None
    ran = _ran(text) if tests else None
    if ran:
        skipped = sum(int(found[1] or 0) for found in _SKIPPED.finditer(text))
        return Proof(ran, "every test was skipped" if skipped >= ran else None)
    nothing = next((why for pattern, why in _NOTHING if re.search(pattern, text, re.MULTILINE)), None)
    if tests and nothing is None:
        nothing = _go(text) or _gradle(text) or ("0 tests ran" if ran == 0 else None)
        if ran is None and nothing is None and _SKIPPED.search(text):
            nothing = "every test was skipped"
    return Proof(ran, nothing)


def vacuous(kind: str, output: str) -> str | None:
    """Why a guardrail that passed with this output checked nothing; None when nothing speaks against it."""
    return proof(kind, output).vacuous


def _ran(text: str) -> int | None:
    found = [match for pattern in _COUNTS for match in re.finditer(pattern, text, re.MULTILINE)]
    return sum(int(next((group for group in match.groups() if group), "0")) for match in found) if found else None


def _go(text: str) -> str | None:
    packages = _GO_PACKAGE.findall(text)
    if not packages or any(verb in {"FAIL", "---"} for verb, _ in packages):
        return None
    tested = [rest for verb, rest in packages if verb == "ok" and "[no tests to run]" not in rest]
    return None if tested else "no Go package has a test that ran"


def _gradle(text: str) -> str | None:
    tasks = re.findall(r"^> Task \S*[tT]est\b(.*)$", text, re.MULTILINE)
    return "Gradle found no test sources" if tasks and all("NO-SOURCE" in rest for rest in tasks) else None
