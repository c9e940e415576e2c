"""Commands are judged by what they do, not by what they are called."""

from __future__ import annotations

import pytest

from autoloop.detect import bodies, names

MUTATES = [
    "eslint . --fix",
    "ruff check --fix src",
    "ruff format .",
    "black .",
    "isort src",
    "prettier --write .",
    "prettier . -w",
    "biome check --apply src",
    "cargo fmt",
    "gofmt -l -w .",
    "go fmt ./...",
    "phpcbf src",
    "php-cs-fixer fix",
    "mix format",
    "./gradlew spotlessApply",
    "rubocop -A",
    "rubocop --autocorrect-all",
    "jest --updateSnapshot",
    "pre-commit run --all-files",
    "python -Im pre_commit run --all-files",
    "git add -A && git commit -m x",
    "clang-format -i src/*.c",
    "dotnet format",
    "zig fmt src",
    "golangci-lint run --fix",
    "npm version patch",
]
LOOKS = [
    "eslint .",
    "eslint . --fix-dry-run",
    "ruff check src",
    "ruff format --check .",
    "black --check .",
    "isort --check-only src",
    "prettier --check .",
    "cargo fmt --all --check",
    "gofmt -l .",
    "php-cs-fixer fix --dry-run",
    "mix format --check-formatted",
    "./gradlew spotlessCheck",
    "dotnet format --verify-no-changes",
    "golangci-lint run",
    "git diff --exit-code",
]
WATCHES = [
    "vitest",
    "vitest --coverage",
    "vitest watch",
    "vitest bench",
    "jest --watch",
    "jest --watchAll",
    "mocha -w",
    "tsc -w",
    "nodemon test.js",
    "karma start",
    "react-scripts test",
    "cargo watch -x test",
]
ENDS = [
    "vitest run",
    "vitest --run",
    "tsc --noEmit && vitest --run",
    "vitest bench --run",
    "jest",
    "jest --watchAll=false",
    "karma start --single-run",
    "mocha",
]


@pytest.mark.parametrize("body", MUTATES)
def test_changes_files(body):
    assert bodies.mutates(body)


@pytest.mark.parametrize("body", LOOKS)
def test_only_looks(body):
    assert not bodies.mutates(body)


@pytest.mark.parametrize("body", WATCHES)
def test_never_ends(body):
    assert bodies.watches(body)


@pytest.mark.parametrize("body", ENDS)
def test_ends_by_itself(body):
    assert not bodies.watches(body)


@pytest.mark.parametrize("body", ['echo "Error: no test specified" && exit 1', "exit 1", "true", ":", "echo done", ""])
def test_placeholder(body):
    assert bodies.is_placeholder(body)


@pytest.mark.parametrize(
    "body", ["node test.js", "echo start && node test.js", "echo start\nnode test.js", "make -C c test"]
)
def test_no_placeholder(body):
    assert not bodies.is_placeholder(body)


def test_arguments_are_asked_for():
    assert bodies.wants_arguments("node bench.js $1")
    assert bodies.wants_arguments("./tool <corpus>")
    assert not bodies.wants_arguments("ps | awk '{print $1}'")
    assert not bodies.wants_arguments("cc -o $@ $^")


def test_quoting_is_safe_for_any_name():
    assert bodies.quote("plain/name.py") == "plain/name.py"
    assert bodies.quote("-rf") == "./-rf"
    assert bodies.quote("$(touch x)") == "'$(touch x)'"
    assert bodies.inside("a b", "make") == "cd 'a b' && make"


@pytest.mark.parametrize(
    "name", ["bench", "benchmark", "bench:parse", "test:perf", "perf", "parse-bench", "bench_all", "bench.io"]
)
def test_names_that_measure(name):
    assert names.measures(name)


@pytest.mark.parametrize(
    "name", ["bench:seed", "bench:compare", "bench-install", "benchmark:report", "bench:profile", "perf:clean"]
)
def test_names_beside_a_measurement(name):
    assert names.beside(name)
    assert not names.measures(name)


@pytest.mark.parametrize("name", ["workbench", "test", "performer", "benchpress", "build"])
def test_names_of_something_else(name):
    assert not names.measures(name)
    assert not names.beside(name)
