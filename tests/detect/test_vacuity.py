"""A guardrail that passed may have checked nothing: its counts tell."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autoloop.detect import proof, vacuous

NOTHING = {
    "unittest 3.11": "\n----------\nRan 0 tests in 0.000s\n\nOK\n",
    "unittest 3.12": "\n-----\nRan 0 tests in 0.000s\n\nNO TESTS RAN\n",
    "pytest none": "collected 0 items\n\n============ no tests ran in 0.01s ============\n",
    "pytest skipped": "ssss [100%]\n4 skipped in 0.02s\n",
    "pytest deselected": "====== 12 deselected in 0.10s ======\n",
    "unittest skipped": "Ran 3 tests in 0.001s\n\nOK (skipped=3)\n",
    "cargo": "running 0 tests\n\ntest result: ok. 0 passed; 0 failed\n\n   Doc-tests x\n\nrunning 0 tests\n",
    "go": "?   \texample.com/a\t[no test files]\n?   \texample.com/a/b\t[no test files]\n",
    "go none to run": "ok  \texample.com/a\t0.002s [no tests to run]\n",
    "ctest": "Test project /x/build\nNo tests were found!!!\n",
    "vitest": "No test files found, exiting with code 0\n",
    "jest": "No tests found, exiting with code 0\n",
    "mocha": "\n  0 passing (1ms)\n",
    "node": "TAP version 13\n1..0\n# tests 0\n# suites 0\n# pass 0\n",
    "npm placeholder": "> x@1.0.0 test\n> echo no test specified\n\nno test specified\n",
    "dotnet": "No test is available in /x/y.dll. Make sure that test discoverer is registered.\n",
    "maven": "[INFO] No tests to run.\n",
    "gradle": "> Task :compileTestJava NO-SOURCE\n> Task :test NO-SOURCE\n\nBUILD SUCCESSFUL in 1s\n",
    "phpunit": "No tests executed!\n",
    "rspec": "Finished in 0.0001 seconds\n0 examples, 0 failures\n",
    "minitest": "0 runs, 0 assertions, 0 failures, 0 errors, 0 skips\n",
    "mix": "There are no tests to run\n",
    "swift": "Executed 0 tests, with 0 failures (0 unexpected) in 0.000 (0.000) seconds\n",
    "deno": "ok | 0 passed | 0 failed (1ms)\n",
}
SOMETHING = {
    "unittest": ("Ran 12 tests in 0.010s\n\nOK\n", 12),
    "unittest some skipped": ("Ran 12 tests in 0.010s\n\nOK (skipped=2)\n", 12),
    "pytest": ("===== 5 passed, 1 skipped in 0.12s =====\n", 5),
    "pytest quiet": ("..... [100%]\n5 passed in 0.12s\n", 5),
    "pytest failures first": ("=== 2 failed, 7 passed, 1 warning in 3.20s ===\n", 7),
    "cargo": ("running 3 tests\ntest result: ok. 3 passed\n\nrunning 0 tests\n", 3),
    "nextest": ("    Starting 42 tests across 3 binaries\n", 42),
    "jest": ("Tests:       1 skipped, 8 passed, 9 total\n", 9),
    "vitest": ("\x1b[2m Test Files \x1b[22m 2 passed (2)\n\x1b[2m      Tests \x1b[22m 7 passed (7)\n", 7),
    "mocha": ("\n  14 passing (20ms)\n", 14),
    "node": ("# tests 6\n# suites 0\n# pass 6\n", 6),
    "node spec reporter": ("\u2139 tests 6\n\u2139 suites 0\n", 6),
    "ctest": ("100% tests passed, 0 tests failed out of 11\n", 11),
    "maven": ("[INFO] Tests run: 20, Failures: 0, Errors: 0, Skipped: 0\n", 20),
    "dotnet": ("Passed!  - Failed:     0, Passed:    31, Skipped:     0, Total:    31\n", 31),
    "phpunit": ("OK (40 tests, 90 assertions)\n", 40),
    "minitest": ("8 runs, 12 assertions, 0 failures, 0 errors, 0 skips\n", 8),
    "rspec": ("17 examples, 0 failures\n", 17),
    "mix": ("Finished in 0.1 seconds\n3 doctests, 9 tests, 0 failures\n", 9),
    "swift": ("Executed 4 tests, with 0 failures (0 unexpected) in 0.1 seconds\n", 4),
    "deno": ("ok | 3 passed | 0 failed (12ms)\n", 3),
}


@pytest.mark.parametrize("name", NOTHING)
def test_nothing_was_tested(name):
    assert vacuous("tests", NOTHING[name])


@pytest.mark.parametrize("name", SOMETHING)
def test_something_was_tested(name):
    output, count = SOMETHING[name]
    assert proof("tests", output) == (count, None)


def test_go_with_some_packages_tested_is_fine():
    output = "?   \ta/x\t[no test files]\nok  \ta/y\t0.011s\n"
    assert vacuous("tests", output) is None


def test_unknown_output_is_not_held_against_a_guardrail():
    assert proof("tests", "all good\n") == (None, None)


def test_kind_may_be_the_command_itself():
    assert vacuous("python3 -m unittest discover -s tests", NOTHING["unittest 3.11"])
    assert vacuous("cargo test --workspace", NOTHING["cargo"])


def test_linters_and_type_checkers_that_saw_no_file():
    assert vacuous("types", "Success: no issues found in 0 source files\n")
    assert vacuous("lint", "warning: No Python files found under the given path(s)\nAll checks passed!\n")
    assert vacuous("types", "Success: no issues found in 12 source files\n") is None


@pytest.mark.parametrize("arguments", [["-m", "unittest"], ["-m", "unittest", "discover", "-s", "tests"]])
def test_the_interpreter_at_hand(tmp_path, arguments):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text(
        "import unittest\n\nclass A(unittest.TestCase):\n    def test_a(self):\n        self.assertTrue(True)\n"
    )
    run = subprocess.run([sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
    found = proof("tests", run.stdout + run.stderr)
    assert (found.ran == 1) is ("discover" in arguments)
    assert bool(found.vacuous) is ("discover" not in arguments)
